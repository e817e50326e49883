//! Any text as a document: loaded or refused at a place, surveyed, served.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    standin_fuzz::load("fuzzed.yaml", text);
});
