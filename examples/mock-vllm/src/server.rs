//! What is heard and said over HTTP.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Body, Frame, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::answer::{Answer, error};
use crate::ask::{Api, Ask, Refusal};
use crate::config::Config;
use crate::engine::{Engine, Job, Slot};
use crate::faults::{Fate, Faults};
use crate::metrics;

/// The largest body that is read.
const MOST_BYTES: usize = 64 << 20;

type Answered = Response<UnsyncBoxBody<Bytes, Infallible>>;

struct Server {
    engine: Arc<Engine>,
    faults: Faults,
    name: HeaderValue,
}

/// Serves connections of `listener` until the process ends.
pub async fn serve(listener: TcpListener, config: Config) {
    let name = HeaderValue::from_str(&config.name).expect("names are checked");
    let server = Arc::new(Server { engine: Engine::new(config), faults: Faults::default(), name });
    loop {
        // Out of descriptors or aborted by the client: the next one may do.
        let Ok((stream, _)) = listener.accept().await else { continue };
        let _ = stream.set_nodelay(true);
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let server = Arc::clone(&server);
                async move { Ok::<_, Infallible>(server.answer(request).await) }
            });
            // A client that hangs up is no concern of a server.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

impl Server {
    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Answered {
        let name = self.name.clone();
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let mut answer = match (&method, path.as_str()) {
            (&Method::POST, "/v1/chat/completions") => self.complete(Api::Chat, request).await,
            (&Method::POST, "/v1/completions") => self.complete(Api::Completions, request).await,
            (&Method::GET, "/v1/models") => json_body(StatusCode::OK, self.models()),
            (&Method::GET, "/health") => text(StatusCode::OK, ""),
            (&Method::GET, "/metrics") => text(StatusCode::OK, metrics::page(&self.engine)),
            (&Method::GET, "/kv_events") => self.kv_events(request.uri().query()),
            (&Method::POST, "/reset_prefix_cache") => {
                let done = self.engine.clear_cache();
                text(if done { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, "")
            }
            (&Method::POST, "/faults") => self.fault(request).await,
            (&Method::GET, "/served") => json_body(StatusCode::OK, self.served()),
            _ => refused(&Refusal(404, "NotFoundError", format!("nothing is at {method} {path}"))),
        };
        answer.headers_mut().insert("x-served-by", name);
        answer
    }

    async fn complete(&self, api: Api, request: Request<Incoming>) -> Answered {
        let factor = match self.faults.next() {
            Fate::Hangs => std::future::pending().await,
            Fate::Fails => {
                self.engine.count(|totals| totals.failed += 1);
                return refused(&Refusal(500, "InternalServerError", "a fault was asked for".to_owned()));
            }
            Fate::Served { factor } => factor,
            Fate::Last => f64::INFINITY,
        };
        match self.try_complete(api, request, factor).await {
            Ok(answer) => answer,
            Err(refusal) => {
                self.engine.count(|totals| totals.failed += 1);
                refused(&refusal)
            }
        }
    }

    async fn try_complete(
        &self,
        api: Api,
        request: Request<Incoming>,
        factor: f64,
    ) -> Result<Answered, Refusal> {
        let is_last = factor.is_infinite();
        let body = read(request).await?;
        let ask = Ask::read(api, &body, &self.engine.config)?;
        let model = HeaderValue::from_str(&ask.model);
        let mut answer = self.run(ask, is_last, factor).await?;
        if let Ok(model) = model {
            answer.headers_mut().insert("x-served-model", model);
        }
        Ok(answer)
    }

    async fn run(&self, ask: Ask, is_last: bool, factor: f64) -> Result<Answered, Refusal> {
        let answer = Answer::new(&ask, self.engine.config.seed, self.engine.number());
        let job = Job {
            is_adapter: self.engine.config.loras.contains(&ask.model),
            model: ask.model,
            prompt: ask.prompt,
            answer: answer.tokens,
            factor: if is_last { 1.0 } else { factor },
        };
        if !self.engine.can_ever_run(&job) {
            return Err(Refusal(
                400,
                "BadRequestError",
                "prompt and answer do not fit into the cache".to_owned(),
            ));
        }
        let (engine, begun) = (Arc::clone(&self.engine), Instant::now());
        if ask.stream {
            let (sender, body) = Chunks::new();
            tokio::spawn(async move {
                let closed = sender.clone();
                tokio::select! {
                    () = stream(&engine, job, answer, begun, sender, is_last) => {}
                    // Whoever hangs up is not worked for.
                    () = closed.closed() => {}
                }
            });
            return Ok(typed(StatusCode::OK, "text/event-stream; charset=utf-8", body.boxed_unsync()));
        }
        let slot = started(&engine, job, begun).await;
        let mut previous = Instant::now();
        for index in 1..answer.tokens {
            if is_last && index * 2 >= answer.tokens {
                std::process::exit(70);
            }
            slot.decode(&mut previous).await;
        }
        if is_last {
            std::process::exit(70);
        }
        finished(&engine, begun, answer.tokens);
        Ok(json_body(StatusCode::OK, answer.whole(slot.cached_tokens())))
    }

    fn models(&self) -> String {
        let config = &self.engine.config;
        let any = ["mock".to_owned()];
        let models = if config.models.is_empty() { &any[..] } else { &config.models };
        let model = |id: &String, parent: Option<&String>| json!({"id": id, "object": "model", "created": 0, "owned_by": "mock-vllm", "parent": parent});
        let adapters = config.loras.iter().map(|lora| model(lora, models.first()));
        let data: Vec<_> = models.iter().map(|id| model(id, None)).chain(adapters).collect();
        json!({"object": "list", "data": data}).to_string()
    }

    fn served(&self) -> String {
        let look = self.engine.look();
        json!({"served": look.totals.served, "running": look.running, "waiting": look.waiting,
            "failed": look.totals.failed})
        .to_string()
    }

    fn kv_events(&self, query: Option<&str>) -> Answered {
        let since = query.unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("since="));
        let Ok(mut since) = since.unwrap_or("0").parse::<u64>() else {
            return refused(&Refusal(400, "BadRequestError", "`since` must be a whole number".to_owned()));
        };
        let (sender, body) = Chunks::new();
        let events = Arc::clone(&self.engine.events);
        tokio::spawn(async move {
            let mut bell = events.bell();
            loop {
                bell.borrow_and_update();
                let (lines, latest) = events.after(since);
                since = latest;
                if !lines.is_empty() && sender.send(lines.into()).await.is_err() {
                    break;
                }
                tokio::select! {
                    changed = bell.changed() => if changed.is_err() { break },
                    () = sender.closed() => break,
                }
            }
        });
        typed(StatusCode::OK, "application/x-ndjson", body.boxed_unsync())
    }

    async fn fault(&self, request: Request<Incoming>) -> Answered {
        let body = match read(request).await {
            Ok(body) => body,
            Err(refusal) => return refused(&refusal),
        };
        match serde_json::from_slice(&body) {
            Ok(fault) => {
                if self.faults.set(fault) {
                    std::process::exit(70);
                }
                text(StatusCode::OK, "")
            }
            Err(error) => refused(&Refusal(400, "BadRequestError", error.to_string())),
        }
    }
}

/// Waits in the queue and works the prompt off: the first token is there.
async fn started(engine: &Arc<Engine>, job: Job, begun: Instant) -> Slot {
    let slot = engine.enter(job).await;
    engine.count(|totals| totals.queued.observe(begun.elapsed()));
    slot.prefill().await;
    engine.count(|totals| totals.first_token.observe(begun.elapsed()));
    slot
}

fn finished(engine: &Engine, begun: Instant, tokens: usize) {
    engine.count(|totals| {
        totals.served += 1;
        totals.generation_tokens += tokens as u64;
        totals.whole.observe(begun.elapsed());
    });
}

async fn stream(
    engine: &Arc<Engine>,
    job: Job,
    answer: Answer,
    begun: Instant,
    sender: mpsc::Sender<Bytes>,
    is_last: bool,
) {
    let slot = started(engine, job, begun).await;
    let mut previous = Instant::now();
    for index in 0..answer.tokens {
        if index > 0 {
            slot.decode(&mut previous).await;
        }
        if is_last && index > 0 && index * 2 >= answer.tokens {
            std::process::exit(70);
        }
        if sender.send(answer.chunk(index).into()).await.is_err() {
            return;
        }
    }
    if is_last {
        std::process::exit(70);
    }
    finished(engine, begun, answer.tokens);
    let cached = slot.cached_tokens();
    // The client may ask what runs as soon as it has the whole answer.
    drop(slot);
    let _ = sender.send(answer.end(cached).into()).await;
}

async fn read(request: Request<Incoming>) -> Result<Bytes, Refusal> {
    let body = Limited::new(request.into_body(), MOST_BYTES).collect().await;
    let body = body.map_err(|error| Refusal(400, "BadRequestError", format!("the body: {error}")))?;
    Ok(body.to_bytes())
}

/// A body whose parts come one by one.
struct Chunks(mpsc::Receiver<Bytes>);

impl Chunks {
    fn new() -> (mpsc::Sender<Bytes>, Self) {
        let (sender, receiver) = mpsc::channel(16);
        (sender, Self(receiver))
    }
}

impl Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|chunk| chunk.map(|chunk| Ok(Frame::data(chunk))))
    }
}

fn typed(status: StatusCode, kind: &'static str, body: UnsyncBoxBody<Bytes, Infallible>) -> Answered {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

fn text(status: StatusCode, text: impl Into<Bytes>) -> Answered {
    typed(status, "text/plain; version=0.0.4; charset=utf-8", Full::new(text.into()).boxed_unsync())
}

fn json_body(status: StatusCode, body: String) -> Answered {
    typed(status, "application/json", Full::new(body.into()).boxed_unsync())
}

fn refused(Refusal(status, kind, message): &Refusal) -> Answered {
    let code = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    json_body(code, error(*status, kind, message))
}
