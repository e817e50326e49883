//! The client of `books.yaml`, as progenitor writes it: the program under test of `tests/books.rs`.

progenitor::generate_api!(spec = "books.yaml", derives = [PartialEq]);
