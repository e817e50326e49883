//! Any body, as each media type and with each content coding. The first line names both; the rest is the body.
#![no_main]

use standin::Request;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (head, body) = bytes.split_at(end);
    let head = String::from_utf8_lossy(head);
    let (content_type, coding) = head.split_once('|').unwrap_or((&head, "identity"));
    if [content_type, coding].iter().any(|value| value.parse::<http::HeaderValue>().is_err()) {
        return;
    }
    let request = Request::post("/things/a-1").with_header("content-type", content_type).with_header("content-encoding", coding);
    standin_fuzz::ask(request.with_body(body.get(1..).unwrap_or_default().to_vec()));
});
