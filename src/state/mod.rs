//! State: the things that a server keeps, so that what was created can be read, listed, changed and deleted.
//!
//! What kinds of things there are, a [`Kind`] each, `contract::resource` reads from the document; what a request does with
//! them is `respond`'s business. Here they are kept: per server, in memory, bounded, in order, and undone as a whole where an
//! answer turns out not to conform.

mod kind;
mod snapshot;
mod store;
mod transaction;
mod world;

pub(crate) use self::{
    kind::{Kind, Link, Within},
    store::{Kinds, Occasion, Store},
    world::{Entity, Form, List, Missed, Rank, Repeat, Wanted, World},
};
pub use self::{snapshot::State, transaction::Transaction};

/// How many things a server keeps unless it is told otherwise.
pub(crate) const MOST_KEPT: usize = 200_000;
