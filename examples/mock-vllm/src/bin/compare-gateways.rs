//! What a gateway adds to another: see `compare-gateways --help`.

use mock_vllm::load::{Comparison, compare};

#[tokio::main]
async fn main() {
    let comparison = match Comparison::read(lexopt::Parser::from_env()) {
        Ok(Some(comparison)) => comparison,
        Ok(None) => return println!("{}", Comparison::usage()),
        Err(error) => {
            eprintln!("{error}\n\n{}", Comparison::usage());
            std::process::exit(2);
        }
    };
    match compare(comparison).await {
        Ok(table) => print!("{table}"),
        Err(error) => {
            eprintln!("the comparison could not run: {error}");
            std::process::exit(2);
        }
    }
}
