//! The load test of examples/mock-vllm/LOAD.md.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::{free_port, here, neighbour};

/// Endpoints die and hang and the manifest changes fifty times. Fewer requests than `make load` sends, so that a busy machine is no failure; for
/// `LOAD_SECONDS`.
#[test]
fn nothing_is_lost_under_load() {
    let (port, listen, admin) = (free_port(), free_port(), free_port());
    let address = |port: u16| format!("127.0.0.1:{port}");
    let seconds = std::env::var("LOAD_SECONDS").unwrap_or_else(|_| "10".to_owned());
    let output = Command::new(neighbour("load-gateway"))
        .args(["--gateway", &format!("http://{}", address(listen))])
        .args(["--admin", &format!("http://{}", address(admin))])
        .args(["--port", &port.to_string(), "--seconds", &seconds, "--rate", "50"])
        .args(["--fault-every", "5", "--fault-for", "3"])
        .args(["--gateway-cmd", &format!("exec {}/envoy/gateway.sh", here().display())])
        .envs([("PICKER", env!("CARGO_BIN_EXE_envoy-ext-proc")), ("FIRST_BYTE", "2s")])
        .envs([("LISTEN", address(listen)), ("ADMIN", address(admin)), ("PORT", port.to_string())])
        .output()
        .unwrap();
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{report}\n{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!((&report["reloads_seen"], &report["in_flight"]), (&json!(50), &json!(0)), "{report}");
    assert!(report["kills"].as_u64() >= Some(1) && report["hangs"] == report["kills"], "{report}");
}
