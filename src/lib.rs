//! standin
#[allow(dead_code)]
mod check;
mod clock;
#[allow(dead_code)]
mod contract;
mod error;
mod message;
mod pointer;
mod router;
#[allow(dead_code)]
mod schema;
mod seed;
mod source;
mod text;
mod violation;
pub use self::{check::ApiKey, clock::{Clock,Timestamp}, contract::{Contract,Incoming,Operation,Rule,Warning}, error::{Error,Position}, message::{Request,Response}, pointer::Pointer, violation::{Place,RulePlace,Step,Violation}};
