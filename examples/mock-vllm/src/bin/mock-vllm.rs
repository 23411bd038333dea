//! One mock model server: see `mock-vllm --help`.

use std::io::Write;

use mock_vllm::{Config, serve, usage};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() {
    let config = match Config::from_args(lexopt::Parser::from_env()) {
        Ok(Some(config)) => config,
        Ok(None) => return println!("{}", usage()),
        Err(error) => {
            eprintln!("{error}\n\n{}", usage());
            std::process::exit(2);
        }
    };
    let bound =
        TcpListener::bind(&config.listen).await.and_then(|listener| Ok((listener.local_addr()?, listener)));
    let (address, listener) = match bound {
        Ok(bound) => bound,
        Err(error) => {
            eprintln!("cannot listen on {}: {error}", config.listen);
            std::process::exit(1);
        }
    };
    println!("listening on {address}");
    // Output to a pipe is kept back otherwise, and whoever started this waits for the line.
    let _ = std::io::stdout().flush();
    serve(listener, config).await;
}
