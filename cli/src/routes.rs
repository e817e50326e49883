//! `standin routes`: the operations of documents.

use std::process::ExitCode;

use crate::{args::Routes, load};

pub(crate) fn routes(args: &Routes) -> ExitCode {
    match load::contract(&args.documents) {
        Ok(_) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(2),
    }
}
