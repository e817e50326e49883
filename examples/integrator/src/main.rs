//! Starts the program with what the environment says, and prints the kind of each event until Ctrl-C.
//!
//! With `cargo run` at the top of the repository in another terminal:
//!
//! ```sh
//! KAYLE_URL=http://127.0.0.1:8787 KAYLE_KEY=any HOOK_URL=http://localhost:8080/ cargo run -p integrator
//! ```

use std::{
    env,
    error::Error,
    io::{self, Write},
    time::Duration,
};

use integrator::{App, Config};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut app = App::start(Config {
        kayle: env::var("KAYLE_URL")?,
        key: env::var("KAYLE_KEY")?,
        hook: env::var("HOOK_URL")?,
        listen: env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8080".into()).parse()?,
        timeout: Duration::from_secs(10),
        pause: Duration::from_millis(500),
    })
    .await?;
    app.registered().await?;
    loop {
        tokio::select! {
            Some(event) = app.next_event() => writeln!(io::stdout(), "{} ({})", event.kind, event.delivery)?,
            stop = tokio::signal::ctrl_c() => return Ok(stop?),
        }
    }
}
