//! The bundled contracts. They are built on standin's public interface alone, as a contract of anybody else's would be.

pub mod kayle;
