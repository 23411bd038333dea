//! What one gateway takes longer than another: requests at an even pace, in turn to each, so that whatever else the machine does falls on both.

use std::fmt::Write;
use std::time::{Duration, Instant};

use http_body_util::BodyExt;

use super::args::seconds;
use super::client::{Failed, Http, http, post};
use super::files::Files;
use super::fleet::{Fleet, POOLS};
use super::gateway::Gateway;
use super::report::{Figures, Times};
use super::sending::body;

/// Requests to each gateway before the measurement.
const WARMING: u64 = 100;

/// No answer takes longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the command line says.
#[derive(Clone, Debug)]
pub struct Comparison {
    commands: Vec<(String, String)>,
    rate: f64,
    time: Duration,
    prompt: usize,
    tokens: u32,
    endpoints: usize,
    speed: f64,
    start: Duration,
}

impl Comparison {
    /// How it is called.
    pub fn usage() -> &'static str {
        "\
Starts gateways before the same model servers, sends requests in turn to each at an even pace, and prints what each takes and what the first adds to the others.

Usage: compare-gateways NAME=COMMAND NAME=COMMAND... [--rate N] [--seconds N] [--prompt BYTES] [--tokens N] [--endpoints N] [--speed FACTOR]
                        [--start-seconds N]

LOAD.md says what stands for what in a command, and what is measured."
    }

    /// Reads the command line; `None` where help is asked for.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(mut parser: lexopt::Parser) -> Result<Option<Self>, lexopt::Error> {
        use lexopt::prelude::*;
        let mut comparison = Self {
            commands: Vec::new(),
            rate: 50.0,
            time: Duration::from_secs(60),
            prompt: 2048,
            tokens: 8,
            endpoints: 2,
            speed: 1000.0,
            start: Duration::from_secs(30),
        };
        while let Some(argument) = parser.next()? {
            match argument {
                Value(command) => {
                    let command = command.string()?;
                    let (name, command) = command.split_once('=').ok_or("a gateway is NAME=COMMAND")?;
                    comparison.commands.push((name.to_owned(), command.to_owned()));
                }
                Long("rate") => comparison.rate = parser.value()?.parse()?,
                Long("seconds") => comparison.time = seconds(&mut parser)?,
                Long("prompt") => comparison.prompt = parser.value()?.parse()?,
                Long("tokens") => comparison.tokens = parser.value()?.parse()?,
                Long("endpoints") => comparison.endpoints = parser.value()?.parse()?,
                Long("speed") => comparison.speed = parser.value()?.parse()?,
                Long("start-seconds") => comparison.start = seconds(&mut parser)?,
                Short('h') | Long("help") => return Ok(None),
                _ => return Err(argument.unexpected()),
            }
        }
        let within = comparison.rate > 0.0
            && comparison.rate <= 10_000.0
            && comparison.time <= Duration::from_secs(3600)
            && comparison.prompt <= 1 << 20
            && (1..=50).contains(&comparison.endpoints);
        if comparison.commands.len() < 2 || !within {
            return Err("two gateways at least, --rate up to 10000, --seconds up to 3600, --prompt up to 1 MiB, --endpoints 1 to 50".into());
        }
        Ok(Some(comparison))
    }
}

/// What requests to one gateway took.
#[derive(Default)]
struct Taken {
    first_byte: Times,
    whole: Times,
}

/// Measures, and says what was found as a table.
///
/// # Errors
/// What kept it from running: a gateway that does not start, or that fails a request.
pub async fn compare(comparison: Comparison) -> Result<String, Failed> {
    let fleet = Fleet::start(comparison.endpoints, 0, comparison.speed).await?;
    let files = Files::write(None, &fleet)?;
    let mut gateways = Vec::new();
    for (_, command) in &comparison.commands {
        let gateway = Gateway::start(Some(command), None, None, &files)?;
        gateway.until_ready(comparison.start).await?;
        gateways.push(gateway);
    }
    let http = http();
    let prompt: String = "A question of ordinary length. ".chars().cycle().take(comparison.prompt).collect();
    let ask = |number: u64, stream: bool| {
        let turn = (number % gateways.len() as u64) as usize;
        let pool = POOLS[(number / 4 % 2) as usize];
        let body = body(pool, stream, comparison.tokens, &prompt);
        let url = format!("{}/v1/chat/completions", gateways[turn].url());
        let http = &http;
        async move { Ok::<_, Failed>((turn, one(http, &url, body).await?)) }
    };
    for number in 0..WARMING * gateways.len() as u64 {
        ask(number, number / 2 % 2 == 0).await?;
    }

    let mut kinds = [("whole answers", false), ("streams", true)]
        .map(|kind| (kind, gateways.iter().map(|_| Taken::default()).collect::<Vec<_>>()));
    let begun = Instant::now();
    for number in 0.. {
        // The pace is kept where answers are quick. Where one is late, what follows is late too, and never two at once.
        let due = begun + Duration::from_secs_f64(number as f64 / comparison.rate);
        if due >= begun + comparison.time || begun.elapsed() > comparison.time * 2 {
            break;
        }
        tokio::time::sleep_until(due.into()).await;
        let kind = (number / gateways.len() as u64 % 2) as usize;
        let (turn, (first_byte, whole)) = ask(number, kinds[kind].0.1).await?;
        let taken = &mut kinds[kind].1[turn];
        taken.first_byte.add(first_byte);
        taken.whole.add(whole);
    }
    let names: Vec<_> = comparison.commands.iter().map(|(name, _)| name.as_str()).collect();
    let mut table = String::new();
    for ((kind, _), mut taken) in kinds {
        let count = taken.first().map_or(0, |taken| taken.whole.len());
        let _ = writeln!(table, "{kind}, {count} to each at {} a second, ms", comparison.rate);
        let firsts: Vec<_> = taken.iter_mut().map(|taken| taken.first_byte.figures()).collect();
        let ends: Vec<_> = taken.iter_mut().map(|taken| taken.whole.figures()).collect();
        add_rows(&mut table, "first byte", &names, &firsts);
        add_rows(&mut table, "end", &names, &ends);
    }
    Ok(table)
}

/// Each gateway, then what the first adds to each of the others.
fn add_rows(table: &mut String, what: &str, names: &[&str], found: &[Figures]) {
    for (name, figures) in names.iter().zip(found) {
        let _ = writeln!(table, "  {what:10}  {name:24} p50 {:8.3}  p99 {:8.3}", figures.p50, figures.p99);
    }
    if let Some((first, others)) = found.split_first() {
        for (name, other) in names.iter().skip(1).zip(others) {
            let added = format!("added to {name}");
            let (p50, p99) = (first.p50 - other.p50, first.p99 - other.p99);
            let _ = writeln!(table, "  {what:10}  {added:24} p50 {p50:8.3}  p99 {p99:8.3}");
        }
    }
}

/// The time to the first byte of the answer's body, and to its end.
async fn one(http: &Http, url: &str, body: String) -> Result<(Duration, Duration), Failed> {
    let request = post(url, body)?;
    let exchange = async {
        let begun = Instant::now();
        let response = http.request(request).await?;
        let status = response.status();
        let mut body = response.into_body();
        let mut first = None;
        while let Some(frame) = body.frame().await {
            frame?;
            first.get_or_insert_with(|| begun.elapsed());
        }
        if status != 200 {
            return Err(format!("{url} answered {status}").into());
        }
        Ok((first.ok_or("an answer without a body")?, begun.elapsed()))
    };
    tokio::time::timeout(PATIENCE, exchange).await?
}
