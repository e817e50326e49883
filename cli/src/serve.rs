//! Serving: arguments to a server, until somebody stops it.

use std::{
    hash::{BuildHasher, RandomState},
    io::{self, Write},
    net::SocketAddr,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use serde_json::json;
use standin::{Clock, Contract, Error, MockServer, State, kayle};

use crate::{
    args::{Format, Serve},
    export, load,
    log::Log,
    output::{fail, say},
};

/// How long requests under way may take to finish.
const GRACE: Duration = Duration::from_secs(5);

pub(crate) fn serve(args: &Serve) -> ExitCode {
    let (stop, stopped) = mpsc::channel();
    // The handler must be there before anybody can know that we are.
    let handled = ctrlc::set_handler(move || {
        // Sending fails only when the program is ending already.
        let _ = stop.send(());
    });
    let format = args.format;
    let log = Log::new(format);
    if let Err(error) = handled {
        return fail(&format!("cannot handle signals: {error}"));
    }
    let contract = match load::contract(&args.documents) {
        Ok(contract) if args.server_errors => contract.with_rule_everywhere(kayle::ServerErrors),
        Ok(contract) => contract,
        Err(error) => return fail(&error.to_string()),
    };
    if args.strict && !contract.warnings().is_empty() {
        warn(&contract, format);
        return fail(&match contract.warnings().len() {
            1 => "1 warning, made an error by --strict".to_owned(),
            count => format!("{count} warnings, made errors by --strict"),
        });
    }
    let tally = Arc::new(Tally::default());
    let seed = args.seed.or_else(|| args.chaos.map(|_| any_seed()));
    let server = match start(args, &contract, seed, log, Arc::clone(&tally)) {
        Ok(server) => server,
        Err(error) => return fail(&error.to_string()),
    };
    if let Err(error) = announce(&server, format) {
        return fail(&format!("cannot write to standard output: {error}"));
    }
    if let (Some(share), Some(seed)) = (args.chaos, seed) {
        tell_chaos(share, seed, format);
    }
    // To look at every schema takes a while for a large document, and nobody needs to wait for it.
    thread::spawn(move || warn(&contract, format));
    // An error here means that no signal can come any more, so there is nothing to wait for.
    let _ = stopped.recv();
    // What is still under way is not in it.
    let written = export::write(args, &server.calls());
    let written = written.and(export::save_state(args, &server));
    server.shutdown(GRACE);
    if let Err(why) = written {
        return fail(&why);
    }
    let (calls, broken) = (tally.calls.load(Ordering::Relaxed), tally.broken.load(Ordering::Relaxed));
    if format == Format::Text {
        say(&format!("{calls} requests, {broken} of them broke the contract"));
    }
    ExitCode::from(u8::from(broken > 0))
}

/// What came, for the last word and the exit code.
#[derive(Default)]
struct Tally {
    calls: AtomicU64,
    broken: AtomicU64,
}

fn start(args: &Serve, contract: &Contract, seed: Option<u64>, log: Log, tally: Arc<Tally>) -> Result<MockServer, Error> {
    let mut builder = MockServer::builder(contract)
        .bind(SocketAddr::new(args.host, args.port))
        .body_limit(args.body_limit)
        .strict(args.strict)
        .strict_bodies(args.strict_bodies)
        .require_base_path(args.require_base_path)
        .cors(args.cors)
        .dynamic(args.dynamic)
        .optional_members(if args.required_only { 0 } else { args.optional_members })
        .errors(args.errors)
        .locale(args.locale)
        .chaos(args.chaos.unwrap_or_default())
        .fault_headers(args.faults || args.chaos.is_some())
        .lenient(true)
        .on_call(move |call| {
            tally.calls.fetch_add(1, Ordering::Relaxed);
            tally.broken.fetch_add(u64::from(!call.violations().is_empty()), Ordering::Relaxed);
            log.call(call);
        });
    if let Some(seed) = seed {
        builder = builder.seed(seed);
    }
    if let Some(now) = args.now {
        builder = builder.clock(Clock::fixed(now));
    } else if args.seed.is_none() {
        // Nobody has asked for the same times again, whatever chaos needs a seed for.
        builder = builder.clock(Clock::system());
    }
    if let Some(items) = args.list_items {
        builder = builder.list_items(items);
    }
    if let Some(stateful) = args.stateful {
        builder = builder.stateful(stateful);
    }
    if let Some(path) = &args.state {
        builder = builder.with_state(State::from_path(path)?);
    }
    for key in &args.api_keys {
        builder = builder.api_key(key.as_str());
    }
    builder.try_start()
}

/// A seed that nobody chose. It is short, because somebody may want to type it.
fn any_seed() -> u64 {
    RandomState::new().hash_one(std::process::id()) % 1_000_000
}

/// How to see the same again.
fn tell_chaos(share: f64, seed: u64, format: Format) {
    say(&match format {
        Format::Text => format!("chaos: {}% of all requests; --seed {seed} repeats it", share * 100.0),
        Format::Json => json!({"event": "chaos", "share": share, "seed": seed}).to_string(),
    });
}

/// The one line on standard output: where the server listens.
fn announce(server: &MockServer, format: Format) -> io::Result<()> {
    let contract = server.contract();
    let operations = contract.operations().len();
    let mut out = io::stdout().lock();
    match format {
        Format::Text => {
            writeln!(out, "listening on {} ({} {}, {operations} operations)", server.url(), contract.title(), contract.version())?
        }
        Format::Json => {
            let line = json!({
                "event": "listening",
                "url": server.url(),
                "title": contract.title(),
                "version": contract.version(),
                "operations": operations,
            });
            writeln!(out, "{line}")?;
        }
    }
    out.flush()
}

fn warn(contract: &Contract, format: Format) {
    load::lines(contract.warnings(), format).iter().for_each(|line| say(line));
}
