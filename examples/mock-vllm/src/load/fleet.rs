//! The model servers: two pools of mocks, each server a process of its own with an address of its own.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use super::client::{Failed, Http, get, http, post, text};

/// The pools, and where their servers are: at 127.0.0.2 and up.
pub(super) const POOLS: [&str; 2] = ["gold", "silver"];

pub(super) struct Fleet {
    servers: Vec<Server>,
    program: PathBuf,
    arguments: Vec<String>,
    port: u16,
    http: Http,
    /// Who was killed, and when.
    kills: Mutex<Vec<(String, Instant)>>,
}

struct Server {
    name: String,
    pool: &'static str,
    ip: String,
    child: tokio::sync::Mutex<Option<Child>>,
}

impl Fleet {
    /// Starts `endpoints` servers in each pool, `speed` times as fast as by default. A `port` of 0 is any.
    pub(super) async fn start(endpoints: usize, port: u16, speed: f64) -> Result<Self, Failed> {
        let program = std::env::current_exe()?.with_file_name("mock-vllm");
        let port = match port {
            0 => TcpListener::bind("127.0.0.2:0").await?.local_addr()?.port(),
            port => port,
        };
        let names = POOLS.iter().flat_map(|pool| (0..endpoints).map(move |index| (*pool, index)));
        let servers = names.enumerate().map(|(number, (pool, index))| Server {
            name: format!("{pool}-{index}"),
            pool,
            ip: format!("127.0.0.{}", number + 2),
            child: tokio::sync::Mutex::default(),
        });
        let fleet = Self {
            servers: servers.collect(),
            program,
            arguments: vec!["--speed".to_owned(), speed.to_string()],
            port,
            http: http(),
            kills: Mutex::default(),
        };
        for number in 0..fleet.servers.len() {
            fleet.revive(number).await?;
        }
        Ok(fleet)
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn len(&self) -> usize {
        self.servers.len()
    }

    /// The endpoints as a host reports them.
    pub(super) fn endpoints_json(&self) -> String {
        let endpoints = self.servers.iter().map(
            |server| json!({"name": server.name, "address": server.ip, "labels": {"tier": server.pool}}),
        );
        json!(endpoints.collect::<Vec<_>>()).to_string()
    }

    fn url(&self, number: usize, path: &str) -> String {
        format!("http://{}:{}{path}", self.servers[number].ip, self.port)
    }

    /// Starts server number `number`, and returns when it listens.
    pub(super) async fn revive(&self, number: usize) -> Result<(), Failed> {
        let server = &self.servers[number];
        let mut child = Command::new(&self.program)
            .args(["--listen", &format!("{}:{}", server.ip, self.port), "--name", &server.name])
            .args(&self.arguments)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{}: {error}", self.program.display()))?;
        let output = child.stdout.take().ok_or("no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).await?;
        if !line.starts_with("listening on ") {
            return Err(format!("{} does not listen on {}:{}", server.name, server.ip, self.port).into());
        }
        *server.child.lock().await = Some(child);
        Ok(())
    }

    /// Ends a server without a word.
    pub(super) async fn kill(&self, number: usize) -> Result<(), Failed> {
        let server = &self.servers[number];
        if let Some(mut child) = server.child.lock().await.take() {
            self.kills.lock().unwrap().push((server.name.clone(), Instant::now()));
            child.kill().await?;
        }
        Ok(())
    }

    pub(super) async fn hang(&self, number: usize, hangs: bool) -> Result<(), Failed> {
        let kind = if hangs { "hang" } else { "none" };
        let fault = post(&self.url(number, "/faults"), json!({"kind": kind}).to_string())?;
        match text(&self.http, fault).await? {
            (200, _) => Ok(()),
            (status, said) => Err(format!("a fault was refused: {status} {said}").into()),
        }
    }

    /// Whether the server was killed in that time: nobody can end an answer for it that it began.
    pub(super) fn was_killed(&self, name: &str, from: Instant, to: Instant) -> bool {
        let kills = self.kills.lock().unwrap();
        kills.iter().any(|(killed, at)| killed == name && (from..=to).contains(at))
    }

    /// Requests that servers still work for, two seconds after the last answer at most.
    pub(super) async fn running(&self) -> Result<u64, Failed> {
        let begun = Instant::now();
        loop {
            let mut running = 0;
            for number in 0..self.servers.len() {
                let (_, served) = text(&self.http, get(&self.url(number, "/served"))?).await?;
                let served: Value = serde_json::from_str(&served)?;
                running += served["running"].as_u64().unwrap_or(0) + served["waiting"].as_u64().unwrap_or(0);
            }
            if running == 0 || begun.elapsed() > Duration::from_secs(2) {
                return Ok(running);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
