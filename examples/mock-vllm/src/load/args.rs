//! How the load test is called.

use std::path::PathBuf;
use std::time::Duration;

/// What the command line says.
#[derive(Clone, Debug)]
pub struct Args {
    pub(super) gateway: Option<String>,
    pub(super) admin: Option<String>,
    pub(super) command: Option<String>,
    pub(super) directory: Option<PathBuf>,
    pub(super) rate: f64,
    pub(super) time: Duration,
    pub(super) reloads: u64,
    pub(super) endpoints: usize,
    pub(super) port: u16,
    pub(super) speed: f64,
    pub(super) tokens: u32,
    pub(super) fault_every: Duration,
    pub(super) fault_for: Duration,
    pub(super) faults: bool,
    pub(super) checks: bool,
    pub(super) start: Duration,
}

/// How it is called.
pub fn usage() -> &'static str {
    "\
Sends load through a gateway while servers behind it break and its manifest changes, and says in one line of JSON what became of it.

Usage: load-gateway [--gateway URL] [--admin URL] [--gateway-cmd COMMAND] [--dir DIRECTORY] [--rate N] [--seconds N] [--reloads N]
                    [--endpoints N] [--port N] [--speed FACTOR] [--tokens N] [--fault-every SECONDS] [--fault-for SECONDS]
                    [--no-faults] [--no-checks] [--start-seconds N]

The exit status is 0 where the gateway passed, 1 where it did not, 2 where the test could not run. LOAD.md says what is checked."
}

impl Args {
    /// Reads the command line; `None` where help is asked for.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(mut parser: lexopt::Parser) -> Result<Option<Self>, lexopt::Error> {
        use lexopt::prelude::*;
        let mut args = Self {
            gateway: None,
            admin: None,
            command: None,
            directory: None,
            rate: 200.0,
            time: Duration::from_secs(10),
            reloads: 50,
            endpoints: 3,
            port: 0,
            speed: 10.0,
            tokens: 4,
            fault_every: Duration::from_secs(10),
            fault_for: Duration::from_secs(3),
            faults: true,
            checks: true,
            start: Duration::from_secs(30),
        };
        if let Some(seconds) = std::env::var("LOAD_SECONDS").ok().filter(|seconds| !seconds.is_empty()) {
            args.time = parsed_seconds(&seconds)?;
        }
        while let Some(argument) = parser.next()? {
            match argument {
                Long("gateway") => args.gateway = Some(parser.value()?.string()?),
                Long("admin") => args.admin = Some(parser.value()?.string()?),
                Long("gateway-cmd") => args.command = Some(parser.value()?.string()?),
                Long("dir") => args.directory = Some(parser.value()?.into()),
                Long("rate") => args.rate = parser.value()?.parse()?,
                Long("seconds") => args.time = seconds(&mut parser)?,
                Long("reloads") => args.reloads = parser.value()?.parse()?,
                Long("endpoints") => args.endpoints = parser.value()?.parse()?,
                Long("port") => args.port = parser.value()?.parse()?,
                Long("speed") => args.speed = parser.value()?.parse()?,
                Long("tokens") => args.tokens = parser.value()?.parse()?,
                Long("fault-every") => args.fault_every = seconds(&mut parser)?,
                Long("fault-for") => args.fault_for = seconds(&mut parser)?,
                Long("no-faults") => args.faults = false,
                Long("no-checks") => args.checks = false,
                Long("start-seconds") => args.start = seconds(&mut parser)?,
                Short('h') | Long("help") => return Ok(None),
                _ => return Err(argument.unexpected()),
            }
        }
        if args.gateway.is_none() && args.command.is_none() {
            return Err("--gateway or --gateway-cmd is missing".into());
        }
        if !(args.rate > 0.0 && args.rate <= 10_000.0) || args.time > Duration::from_secs(3600) {
            return Err("--rate must be above 0 and up to 10000, --seconds up to 3600".into());
        }
        if !(1..=50).contains(&args.endpoints) || (args.faults && args.endpoints < 3) {
            return Err(
                "--endpoints must be 1 to 50, and 3 at least with faults: one dead, one hung, one left"
                    .into(),
            );
        }
        if args.faults && args.fault_for >= args.fault_every {
            return Err("--fault-for must be shorter than --fault-every".into());
        }
        Ok(Some(args))
    }
}

pub(super) fn seconds(parser: &mut lexopt::Parser) -> Result<Duration, lexopt::Error> {
    use lexopt::ValueExt;
    parsed_seconds(&parser.value()?.string()?)
}

fn parsed_seconds(text: &str) -> Result<Duration, lexopt::Error> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or_else(|| format!("`{text}` is no number of seconds").into())
}
