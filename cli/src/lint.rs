//! `standin lint`: what is wrong with documents.

use std::process::ExitCode;

use crate::{args::Lint, load};

pub(crate) fn lint(args: &Lint) -> ExitCode {
    match load::contract(&args.documents) {
        Ok(_) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(2),
    }
}
