//! Load, while endpoints break and the manifest changes: what a debug build bears on a busy machine. `make load` is the whole of it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::process::Command;

use support::endpoint::program;

/// No request is lost that a fallback could have served, none is decided wrongly, and nothing stays in flight.
#[test]
fn nobody_notices_endpoints_that_die_or_hang_or_manifests_that_change() {
    let gateway = format!(
        "exec {} --manifest {{manifest}} --endpoints {{endpoints}} --listen {{listen}} --admin {{admin}} --reload 20 --first-byte-timeout 1000",
        env!("CARGO_BIN_EXE_pingora-gateway")
    );
    let output = Command::new(program("load-gateway"))
        .args(["--gateway-cmd", &gateway, "--seconds", "10", "--fault-every", "5"])
        .args(["--rate", "50", "--reloads", "10"])
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}\n{report}", output.status);
    println!("{report}");
}
