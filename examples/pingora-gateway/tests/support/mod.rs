//! The gateway as a program, in front of model servers, with files of its own.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "no test needs all of it")]

pub(crate) mod endpoint;
pub(crate) mod http;

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use endpoint::Endpoint;
use http::Answer;

/// The files that every example gateway is tested with.
pub(crate) const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors");

/// A gateway before the endpoints of `endpoints.json`.
pub(crate) struct Setup {
    pub(crate) gateway: Gateway,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) port: u16,
}

impl Setup {
    /// Everything as the vectors say, on ports that are free.
    pub(crate) fn new(arguments: &[&str]) -> Self {
        Self::with(arguments, &[])
    }

    /// The same with arguments for the model servers.
    pub(crate) fn with(arguments: &[&str], of_endpoints: &[&str]) -> Self {
        let names = [("gold-0", 2), ("silver-0", 3), ("silver-1", 4), ("silver-2", 5)];
        loop {
            let port = free_port();
            let start = |(name, last)| Endpoint::start(name, &format!("127.0.0.{last}:{port}"), of_endpoints);
            let endpoints: Vec<_> = names.into_iter().map_while(start).collect();
            if endpoints.len() == names.len() {
                let gateway = Gateway::start(&manifest(port), arguments);
                return Self { gateway, endpoints, port };
            }
        }
    }

    /// The endpoint of that name.
    pub(crate) fn endpoint(&mut self, name: &str) -> &mut Endpoint {
        let last = match name {
            "gold-0" => 0,
            name => name.strip_prefix("silver-").unwrap().parse::<usize>().unwrap() + 1,
        };
        &mut self.endpoints[last]
    }
}

/// The manifest of the vectors with this port.
pub(crate) fn manifest(port: u16) -> String {
    let text = std::fs::read_to_string(format!("{VECTORS}/manifest.yaml")).unwrap();
    text.replace("number: 8000", &format!("number: {port}"))
}

/// A running gateway. It ends with this.
pub(crate) struct Gateway {
    child: Child,
    pub(crate) address: String,
    pub(crate) admin: String,
    folder: PathBuf,
}

impl Gateway {
    /// Starts one with the endpoints of the vectors and waits until it serves.
    pub(crate) fn start(manifest: &str, arguments: &[&str]) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("pingora-gateway-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("manifest.yaml"), manifest).unwrap();
        std::fs::copy(format!("{VECTORS}/endpoints.json"), folder.join("endpoints.json")).unwrap();
        let (address, admin) = (format!("127.0.0.1:{}", free_port()), format!("127.0.0.1:{}", free_port()));
        let child = Command::new(env!("CARGO_BIN_EXE_pingora-gateway"))
            .args([
                "--listen", &address, "--admin", &admin, "--seed", "7", "--tell", "--reload", "20", "--poll",
                "100",
            ])
            .args(["--threads", "2"])
            .arg("--manifest")
            .arg(folder.join("manifest.yaml"))
            .arg("--endpoints")
            .arg(folder.join("endpoints.json"))
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(folder.join("log")).unwrap())
            .spawn()
            .unwrap();
        let gateway = Self { child, address, admin, folder };
        let serves = |address: &str| std::net::TcpStream::connect(address).is_ok();
        wait("the gateway to serve", || serves(&gateway.address) && serves(&gateway.admin));
        gateway
    }

    /// Replaces a file of the gateway's as editors do: whole.
    pub(crate) fn write(&self, file: &str, text: &str) {
        let new = self.folder.join(format!("{file}.new"));
        std::fs::write(&new, text).unwrap();
        std::fs::rename(new, self.folder.join(file)).unwrap();
    }

    /// What it logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap()
    }

    /// Asks for a chat completion.
    pub(crate) fn chat(&self, headers: &[(&str, &str)], body: &serde_json::Value) -> Answer {
        let mut all = vec![("content-type", "application/json")];
        all.extend(headers);
        http::send(&self.address, "POST", "/v1/chat/completions", &all, body.to_string().as_bytes())
    }

    /// A page of the admin address.
    pub(crate) fn page(&self, path: &str) -> String {
        http::send(&self.admin, "GET", path, &[], b"").text()
    }

    /// The sum of a counter over all labels that have all of `labels` in them.
    pub(crate) fn counter(&self, name: &str, labels: &[&str]) -> f64 {
        let page = self.page("/metrics");
        let of_name = page.lines().filter(|line| line.starts_with(name));
        let counted = of_name.filter(|line| labels.iter().all(|label| line.contains(label)));
        counted.map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()).sum()
    }

    /// Waits for a counter to stand at `value`: requests are counted when their clients have the answer already.
    pub(crate) fn counts(&self, name: &str, labels: &[&str], value: f64) {
        wait(&format!("{name} {labels:?} to be {value}"), || self.counter(name, labels) == value);
    }

    /// Waits for all requests to end.
    pub(crate) fn comes_to_rest(&self) {
        wait("all requests to end", || self.in_flight() == 0);
    }

    /// What is in flight at all endpoints.
    pub(crate) fn in_flight(&self) -> u64 {
        let text = self.page("/debug/in-flight");
        serde_json::from_str::<serde_json::Value>(&text).unwrap()["total"].as_u64().unwrap()
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for its end and says how it ended.
    pub(crate) fn ended(&mut self, within: Duration) -> Option<std::process::ExitStatus> {
        let until = Instant::now() + within;
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        None
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- log of the gateway\n{}", self.log());
        }
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A chat request for a model.
pub(crate) fn chat(model: &str) -> serde_json::Value {
    serde_json::json!({"model": model, "max_tokens": 4, "messages": [{"role": "user", "content": "Say hello."}]})
}

/// Waits at most ten seconds for something to be so.
pub(crate) fn wait(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(10);
    while !is_so() {
        assert!(Instant::now() < until, "waited ten seconds for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A port that nothing listens on.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
