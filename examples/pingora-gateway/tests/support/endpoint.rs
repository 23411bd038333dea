//! A model server: the program `mock-vllm`, built beside this one.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use super::http;

/// A running model server. It ends with this.
pub(crate) struct Endpoint {
    child: Child,
    pub(crate) address: String,
}

impl Endpoint {
    /// Starts one; `None` where something else listens on the address.
    pub(crate) fn start(name: &str, address: &str, more: &[&str]) -> Option<Self> {
        let mut child = Command::new(program("mock-vllm"))
            .args(["--listen", address, "--name", name])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        match line.trim().strip_prefix("listening on ") {
            Some(address) => Some(Self { child, address: address.to_owned() }),
            None => {
                _ = child.wait();
                None
            }
        }
    }

    /// From here on the server fails in this way.
    pub(crate) fn fault(&self, kind: &str) {
        let body = format!("{{\"kind\": \"{kind}\"}}");
        let headers = [("content-type", "application/json")];
        let answer = http::send(&self.address, "POST", "/faults", &headers, body.as_bytes());
        assert!(answer.status < 300, "{} of /faults", answer.status);
    }

    /// What it says of itself at `/served`.
    pub(crate) fn served(&self, field: &str) -> u64 {
        http::send(&self.address, "GET", "/served", &[], b"").json()[field].as_u64().unwrap()
    }

    /// Ends it, connections and all.
    pub(crate) fn kill(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A program of `mock-vllm`, which is built once a run.
pub(crate) fn program(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        // The gateway is at TARGET/PROFILE/pingora-gateway.
        let target = Path::new(env!("CARGO_BIN_EXE_pingora-gateway")).ancestors().nth(2).unwrap();
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../mock-vllm/Cargo.toml");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--bins", "--manifest-path", manifest])
            .env("CARGO_TARGET_DIR", target)
            .status();
        assert!(built.unwrap().success(), "mock-vllm does not build");
        target.join("debug")
    });
    folder.join(name)
}
