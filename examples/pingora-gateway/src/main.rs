//! The gateway as a program. `RUST_LOG` says what is logged; where it is not set, warnings and reloads are.

use std::process::ExitCode;

use clap::Parser;
use pingora_gateway::Args;

fn main() -> ExitCode {
    let filter = env_logger::Env::default().default_filter_or("warn,pingora_gateway=info");
    env_logger::Builder::from_env(filter).init();
    match pingora_gateway::run(Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
