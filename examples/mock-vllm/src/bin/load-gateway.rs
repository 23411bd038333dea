//! A load test of a gateway: see `load-gateway --help`.

use mock_vllm::load::{Args, run, usage};

#[tokio::main]
async fn main() {
    let args = match Args::read(lexopt::Parser::from_env()) {
        Ok(Some(args)) => args,
        Ok(None) => return println!("{}", usage()),
        Err(error) => {
            eprintln!("{error}\n\n{}", usage());
            std::process::exit(2);
        }
    };
    match run(args).await {
        Ok(report) => {
            println!("{}", serde_json::to_string(&report).expect("numbers and text are JSON"));
            std::process::exit(if report.passed() { 0 } else { 1 });
        }
        Err(error) => {
            eprintln!("the test could not run: {error}");
            std::process::exit(2);
        }
    }
}
