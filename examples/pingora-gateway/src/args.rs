//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// A proxy that asks inferroute where each request to a language model goes.
#[derive(Clone, Debug, Parser)]
#[command(version, about)]
pub struct Args {
    /// Where clients are served
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Where /metrics, /healthz and /debug/in-flight are served; not for clients
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9090")]
    pub admin: SocketAddr,
    /// YAML of routes, pools and backends; read again whenever it changes
    #[arg(long, value_name = "FILE")]
    pub manifest: PathBuf,
    /// JSON list of endpoints, `[{"name", "address", "labels"}]`; read again whenever it changes
    #[arg(long, value_name = "FILE")]
    pub endpoints: Option<PathBuf>,
    /// Milliseconds between two looks at the /metrics of each endpoint; 0: never
    #[arg(long, value_name = "MS", default_value = "1000", value_parser = milliseconds)]
    pub poll: Duration,
    /// Milliseconds between two looks at the files
    #[arg(long, value_name = "MS", default_value = "500", value_parser = milliseconds)]
    pub reload: Duration,
    /// The most bytes of a request's body; larger ones are answered 413
    #[arg(long, value_name = "BYTES", default_value_t = 10 << 20)]
    pub max_body: usize,
    /// Milliseconds to wait for a connection before the next endpoint is tried
    #[arg(long, value_name = "MS", default_value = "1000", value_parser = milliseconds)]
    pub connect_timeout: Duration,
    /// Milliseconds to wait for an answer's first byte before the next endpoint is tried; an answer that falls silent for as long later is cut
    #[arg(long, value_name = "MS", default_value = "60000", value_parser = milliseconds)]
    pub first_byte_timeout: Duration,
    /// Seconds that requests under way have to finish after SIGTERM
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub grace: u64,
    /// Threads that serve clients; as many as there are processors where absent
    #[arg(long, value_name = "NUMBER")]
    pub threads: Option<usize>,
    /// What all draws start from; give each replica its own. Taken from the clock where absent
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Answers say in headers which route, rule and endpoint was decided on: for tests, not for clients
    #[arg(long)]
    pub tell: bool,
}

fn milliseconds(text: &str) -> Result<Duration, std::num::ParseIntError> {
    text.parse().map(Duration::from_millis)
}
