//! Any query, headers and cookies. Lines: the query, then a header each.
#![no_main]

use standin::Request;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mut lines = text.lines();
    let target = format!("/things/a-1?{}", lines.next().unwrap_or_default());
    if target.parse::<http::Uri>().is_err() {
        return;
    }
    let mut request = Request::get(&target);
    for (name, value) in lines.filter_map(|line| line.split_once(':')).take(20) {
        if name.parse::<http::HeaderName>().is_ok() && value.parse::<http::HeaderValue>().is_ok() {
            request = request.with_header(name, value);
        }
    }
    standin_fuzz::ask(request);
});
