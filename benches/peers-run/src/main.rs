//! inferroute beside the Rust libraries that users would take instead: the same inputs, one process, in turns.
//!
//! `make bench-peers` at the top of the repository. inferroute is used through its public API alone. What is not alike is said with each group.

#[cfg(feature = "selection")]
mod decision;
mod elsewhere;
mod hashing;
mod index;
mod matching;
mod measure;
mod ours;
mod peer_index;
mod pick;
mod report;
mod scoring;

use std::path::Path;

use report::Report;
use serde_json::{Map, Value};

/// The peers, as Cargo.lock names them.
const PEERS: [&str; 7] =
    ["dynamo-kv-router", "hashring", "kv-index", "maglev", "matchit", "pingora-load-balancing", "tower"];

fn main() -> std::io::Result<()> {
    let versions = versions();
    println!(
        "# inferroute and its peers\n\nMedians of 21 turns in one process and thread, ns to ms; `of ours`: how many times what inferroute takes.\n"
    );
    for (name, version) in &versions {
        println!("{name} {version}");
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut report = Report::default();
    pick::run(&mut report);
    matching::run(&mut report);
    scoring::run(&mut report);
    hashing::run(&mut report);
    index::run(&mut report, &runtime);
    #[cfg(feature = "selection")]
    decision::run(&mut report, &runtime);
    let elsewhere = elsewhere::print();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench/peers.json");
    report.save(&file, &Value::Object(versions), &elsewhere)
}

/// What was built against, from the lock file.
fn versions() -> Map<String, Value> {
    let lock = include_str!("../Cargo.lock");
    let mut lines = lock.lines().peekable();
    let mut found = Map::new();
    while let Some(line) = lines.next() {
        let Some(name) = line.strip_prefix("name = \"").and_then(|rest| rest.strip_suffix('"')) else {
            continue;
        };
        let version = lines.peek().and_then(|next| next.strip_prefix("version = \"")?.strip_suffix('"'));
        if let Some(version) = version.filter(|_| name == "inferroute" || PEERS.contains(&name)) {
            found.insert(name.to_owned(), version.into());
        }
    }
    found
}
