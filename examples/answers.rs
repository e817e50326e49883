//! Answers of the Kayle contract for many seeds, one JSON object per line: for independent validators.
//!
//! `cargo run --example answers -- 1000`

use std::io::{self, Write};

use serde_json::json;
use standin::{Request, kayle};

fn main() -> io::Result<()> {
    let seeds = std::env::args().nth(1).and_then(|number| number.parse().ok()).unwrap_or(10);
    let mut out = io::BufWriter::new(io::stdout().lock());
    for seed in 0..seeds {
        let api = kayle::builder().seed(seed).start();
        let mut body = json!({"url": format!("https://example.com/hooks/{seed}")});
        // Every combination of what may be left out.
        if seed & 1 > 0 {
            body["name"] = json!(format!(" Hook {seed} "));
        }
        if seed & 2 > 0 {
            body["enabled"] = json!(seed & 4 > 0);
        }
        if seed & 8 > 0 {
            let chosen = (seed >> 4) as usize & 15;
            let types = kayle::EVENT_TYPES.iter().enumerate().filter(|(place, _)| chosen >> place & 1 > 0);
            body["subscribed_event_types"] = types.map(|(_, name)| *name).collect();
        }
        let request = Request::post("/v1/webhooks/endpoints").with_header("Authorization", "Bearer x").with_json(&body);
        let response = api.handle(request);
        writeln!(out, "{}", json!({"seed": seed, "status": response.status().as_u16(), "request": body, "response": response.json()}))?;
    }
    out.flush()
}
