//! Any method and target.
#![no_main]

use standin::{Method, Request};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (method, target) = text.split_once(' ').unwrap_or(("GET", text));
    let Ok(method) = method.parse::<Method>() else { return };
    if target.parse::<http::Uri>().is_ok() {
        standin_fuzz::ask(Request::with_method(method, target));
    }
});
