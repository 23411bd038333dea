//! The core depends on these crates and no others: none of them opens a socket or a file, sleeps, or logs.
//!
//! A change of this list is a change of what every embedder pulls in; it needs a reason in the commit that makes it.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::process::Command;

/// Crates in the built library.
const BUILT_IN: &[&str] = &[
    "aho-corasick",
    "arc-swap",
    "arraydeque",
    "foldhash",
    "granit-parser",
    "memchr",
    "rand",
    "rand_core",
    "regex",
    "regex-automata",
    "regex-syntax",
    "serde",
    "serde_core",
    "smallvec",
    "thiserror",
    "twox-hash",
];

/// Macros, which run at build time and leave nothing behind.
const AT_BUILD: &[&str] =
    &["proc-macro2", "quote", "rustversion", "serde_derive", "syn", "thiserror-impl", "unicode-ident"];

#[test]
fn the_core_depends_on_nothing_else() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "inferroute", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let tree = String::from_utf8(output.stdout).unwrap();
    let found: BTreeSet<&str> = tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| !["", "inferroute"].contains(name))
        .collect();
    let allowed: BTreeSet<&str> = BUILT_IN.iter().chain(AT_BUILD).copied().collect();
    assert_eq!(found, allowed, "the first set is what `cargo tree` shows, the second what this test allows");
}
