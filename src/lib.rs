//! standin
mod clock;
mod error;
mod message;
mod pointer;
#[allow(dead_code)]
mod schema;
mod seed;
mod source;
mod text;
mod violation;
pub use self::{clock::{Clock,Timestamp}, error::{Error,Position}, message::{Request,Response}, pointer::Pointer, violation::{Place,RulePlace,Step,Violation}};
