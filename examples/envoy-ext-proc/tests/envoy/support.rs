//! A world of its own for each test: model servers, the picker, and a real Envoy in front, each a process, on ports that nobody else has.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) type Failed = Box<dyn std::error::Error + Send + Sync>;

/// The folder of this package.
pub(crate) fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A program of the package beside this one, which shares its target folder.
pub(crate) fn neighbour(name: &str) -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_envoy-ext-proc")).with_file_name(name);
    assert!(program.exists(), "{} is not built: run `make install`", program.display());
    program
}

/// The Envoy of the test's own Python environment.
pub(crate) fn envoy() -> PathBuf {
    let program = here().join(".venv/bin/envoy");
    assert!(program.exists(), "{} is not installed: run `make install`", program.display());
    program
}

/// Ends its process with it.
pub(crate) struct Process(pub(crate) Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Process {
    pub(crate) fn signal(&self, signal: &str) {
        let kill = Command::new("kill").args([format!("-{signal}"), self.0.id().to_string()]).status();
        assert!(kill.unwrap().success());
    }
}

/// Ports that are free on the addresses of all endpoints.
pub(crate) fn free_port() -> u16 {
    loop {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if (1..=7).all(|last| TcpListener::bind(format!("127.0.0.{last}:{port}")).is_ok()) {
            return port;
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Endpoint {
    pub(crate) name: String,
    pub(crate) address: String,
}

/// How a world differs from the usual.
#[derive(Default)]
pub(crate) struct Setup {
    /// Added to the manifest of the vectors.
    pub(crate) manifest: &'static str,
    /// Flags of the picker and of the model servers.
    pub(crate) picker: &'static [&'static str],
    pub(crate) mock: &'static [&'static str],
    /// Added before Envoy's filter that asks the picker.
    pub(crate) filter: &'static str,
    /// Envoy's patience with the picker, where it is another.
    pub(crate) message_timeout: &'static str,
}

pub(crate) struct World {
    pub(crate) directory: PathBuf,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) mocks: Vec<Option<Process>>,
    pub(crate) picker: Process,
    _envoy: Process,
    pub(crate) port: u16,
    pub(crate) url: String,
    admin: String,
    envoy_admin: String,
    mock: Vec<String>,
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// Reads the line in which a program says that it listens.
pub(crate) fn started(command: &mut Command) -> Process {
    let mut process = Process(command.stdout(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(process.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("listening on "), "{line:?}");
    process
}

impl World {
    pub(crate) async fn start(name: &str, setup: Setup) -> Self {
        let directory = std::env::temp_dir().join(format!("envoy-ext-proc-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let (port, listen, grpc, admin, envoy_admin) =
            (free_port(), free_port(), free_port(), free_port(), free_port());
        let vectors = here().join("../vectors");
        let manifest = std::fs::read_to_string(vectors.join("manifest.yaml")).unwrap();
        let manifest = manifest.replace("number: 8000", &format!("number: {port}")) + setup.manifest;
        std::fs::write(directory.join("manifest.yaml"), manifest).unwrap();
        let endpoints = std::fs::read_to_string(vectors.join("endpoints.json")).unwrap();
        std::fs::write(directory.join("endpoints.json"), &endpoints).unwrap();
        let endpoints: Vec<Endpoint> = serde_json::from_str(&endpoints).unwrap();
        let mut mock = vec!["--speed".to_owned(), "10".to_owned()];
        mock.extend(setup.mock.iter().map(|flag| (*flag).to_owned()));

        let picker = started(
            Command::new(env!("CARGO_BIN_EXE_envoy-ext-proc"))
                .arg("--manifest")
                .arg(directory.join("manifest.yaml"))
                .arg("--endpoints")
                .arg(directory.join("endpoints.json"))
                .args(["--listen", &format!("127.0.0.1:{grpc}"), "--admin", &format!("127.0.0.1:{admin}")])
                .args(setup.picker),
        );
        let file = directory.join("envoy.yaml");
        std::fs::write(&file, envoy_config(&setup, port, listen, grpc, envoy_admin)).unwrap();
        let envoy = Command::new(envoy())
            .args(["--use-dynamic-base-id", "--concurrency", "1", "--log-level", "warn", "-c"])
            .arg(&file)
            .spawn();
        let mut world = Self {
            directory,
            endpoints,
            mocks: Vec::new(),
            picker,
            _envoy: Process(envoy.unwrap()),
            port,
            url: format!("http://127.0.0.1:{listen}"),
            admin: format!("http://127.0.0.1:{admin}"),
            envoy_admin: format!("http://127.0.0.1:{envoy_admin}"),
            mock,
        };
        for number in 0..world.endpoints.len() {
            world.mocks.push(None);
            world.revive(number);
        }
        world
            .until("Envoy asks the picker", async |world| {
                world.ask("llama", &[]).await.is_ok_and(|answer| answer.status() == 200)
            })
            .await;
        world
    }

    pub(crate) fn revive(&mut self, number: usize) {
        let endpoint = &self.endpoints[number];
        self.mocks[number] = Some(started(
            Command::new(neighbour("mock-vllm"))
                .args(["--listen", &format!("{}:{}", endpoint.address, self.port), "--name", &endpoint.name])
                .args(&self.mock),
        ));
    }

    /// Waits for ten seconds at most.
    pub(crate) async fn until(&self, what: &str, is_so: impl AsyncFn(&Self) -> bool) {
        let start = Instant::now();
        while !is_so(self).await {
            assert!(start.elapsed() < Duration::from_secs(10), "{what}: not within 10 s");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) async fn send(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Response<Incoming>, Failed> {
        let mut request = Request::builder().method(if body.is_some() { "POST" } else { "GET" }).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = request.header("content-type", "application/json").body(Full::<Bytes>::from(body))?;
        let client = Client::builder(TokioExecutor::new()).build_http();
        Ok(tokio::time::timeout(Duration::from_secs(10), client.request(request)).await??)
    }

    /// Asks for a chat through Envoy.
    pub(crate) async fn chat(
        &self,
        body: &Value,
        headers: &[(&str, &str)],
    ) -> Result<Response<Incoming>, Failed> {
        self.send(&format!("{}/v1/chat/completions", self.url), headers, Some(body)).await
    }

    pub(crate) async fn ask(
        &self,
        model: &str,
        headers: &[(&str, &str)],
    ) -> Result<Response<Incoming>, Failed> {
        self.chat(&chat(model, 2, false), headers).await
    }

    /// What an endpoint says itself.
    pub(crate) async fn at(&self, number: usize, path: &str, body: Option<&Value>) -> String {
        let url = format!("http://{}:{}{path}", self.endpoints[number].address, self.port);
        text(self.send(&url, &[], body).await.unwrap()).await
    }

    pub(crate) async fn admin(&self, path: &str) -> String {
        text(self.send(&format!("{}{path}", self.admin), &[], None).await.unwrap()).await
    }

    pub(crate) async fn in_flight(&self) -> u64 {
        self.admin("/debug/in-flight").await.trim().parse().unwrap()
    }

    /// What Envoy's health checks say of the picker.
    pub(crate) async fn picker_health(&self) -> String {
        let clusters =
            text(self.send(&format!("{}/clusters", self.envoy_admin), &[], None).await.unwrap()).await;
        let flags = clusters.lines().filter(|line| line.starts_with("picker::127.0.0.1"));
        let mut flags = flags.filter_map(|line| line.split_once("::health_flags::"));
        flags.next().map_or(clusters.clone(), |(_, flags)| flags.to_owned())
    }

    /// A counter of the picker.
    pub(crate) async fn counted(&self, name: &str) -> u64 {
        let page = self.admin("/metrics").await;
        let line = page.lines().find_map(|line| line.strip_prefix(&format!("{name} "))).unwrap_or("0");
        line.parse().unwrap()
    }
}

fn envoy_config(setup: &Setup, port: u16, listen: u16, grpc: u16, admin: u16) -> String {
    let config = std::fs::read_to_string(here().join("envoy/envoy.yaml")).unwrap();
    let patience = if setup.message_timeout.is_empty() { "5s" } else { setup.message_timeout };
    let filter = "                  - name: envoy.filters.http.ext_proc";
    assert!(config.contains(filter) && config.contains("per_try_timeout: 60s"));
    config
        .replace("port_value: 8080", &format!("port_value: {listen}"))
        .replace("port_value: 9901", &format!("port_value: {admin}"))
        .replace("port_value: 9002", &format!("port_value: {grpc}"))
        .replace("port_value: 8000", &format!("port_value: {port}"))
        .replace("per_try_timeout: 60s", "per_try_timeout: 2s")
        .replace("message_timeout: 5s", &format!("message_timeout: {patience}"))
        .replace(filter, &format!("{}{filter}", setup.filter))
}

pub(crate) fn chat(model: &str, tokens: u32, stream: bool) -> Value {
    json!({"model": model, "max_tokens": tokens, "stream": stream, "stream_options": {"include_usage": true},
        "messages": [{"role": "user", "content": "Hi"}]})
}

pub(crate) fn header<'r>(answer: &'r Response<Incoming>, name: &str) -> &'r str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

pub(crate) async fn text(answer: Response<Incoming>) -> String {
    let body = within(answer.into_body().collect()).await.unwrap();
    String::from_utf8(body.to_bytes().to_vec()).unwrap()
}

/// What comes in time; a test that waits longer fails.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), future).await.expect("nothing within 20 s")
}
