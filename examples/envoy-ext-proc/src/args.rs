//! How the picker is called.

use std::path::PathBuf;
use std::time::Duration;

/// What the command line says.
#[derive(Clone, Debug)]
pub(crate) struct Args {
    pub(crate) manifest: PathBuf,
    pub(crate) endpoints: PathBuf,
    pub(crate) listen: String,
    pub(crate) admin: String,
    pub(crate) seed: u64,
    pub(crate) watch: Duration,
    pub(crate) poll: Option<Duration>,
    pub(crate) drain: Duration,
    pub(crate) body_bytes: usize,
    pub(crate) objectives: bool,
    /// The pool of every request, where the gateway has matched its routes itself.
    pub(crate) pool: Option<String>,
}

/// How it is called.
pub(crate) fn usage() -> &'static str {
    "\
An endpoint picker for Envoy and every gateway that speaks the endpoint picker protocol.

Usage: envoy-ext-proc --manifest FILE --endpoints FILE [--listen IP:PORT] [--admin IP:PORT] [--seed N] [--watch-ms N] [--poll-ms N]
                      [--drain-ms N] [--body-bytes N] [--objectives-from-clients] [--pool NS/NAME]

--listen     where gateways ask, by gRPC (127.0.0.1:9002)
--admin      /healthz, /metrics and /debug/in-flight (127.0.0.1:9003)
--watch-ms   how often the two files are looked at (50)
--poll-ms    how often endpoints are asked for their /metrics; never without
--drain-ms   how long after SIGTERM new requests are still taken, so that the gateway learns of it (500)
--body-bytes the largest body of a request (16777216)
--objectives-from-clients   believe the client's x-gateway-inference-objective
--pool       the InferencePool of every request, whatever the routes say: the gateway has matched its own"
}

impl Args {
    /// Reads the command line; `None` where help is asked for.
    pub(crate) fn read(mut parser: lexopt::Parser) -> Result<Option<Self>, lexopt::Error> {
        use lexopt::prelude::*;
        let (mut manifest, mut endpoints) = (None, None);
        let mut args = Self {
            manifest: PathBuf::new(),
            endpoints: PathBuf::new(),
            listen: "127.0.0.1:9002".to_owned(),
            admin: "127.0.0.1:9003".to_owned(),
            seed: std::process::id().into(),
            watch: Duration::from_millis(50),
            poll: None,
            drain: Duration::from_millis(500),
            body_bytes: 16 << 20,
            objectives: false,
            pool: None,
        };
        while let Some(argument) = parser.next()? {
            match argument {
                Long("manifest") => manifest = Some(parser.value()?.into()),
                Long("endpoints") => endpoints = Some(parser.value()?.into()),
                Long("listen") => args.listen = parser.value()?.string()?,
                Long("admin") => args.admin = parser.value()?.string()?,
                Long("seed") => args.seed = parser.value()?.parse()?,
                Long("watch-ms") => args.watch = millis(&mut parser)?,
                Long("poll-ms") => args.poll = Some(millis(&mut parser)?),
                Long("drain-ms") => args.drain = millis(&mut parser)?,
                Long("body-bytes") => args.body_bytes = parser.value()?.parse()?,
                Long("objectives-from-clients") => args.objectives = true,
                Long("pool") => args.pool = Some(parser.value()?.string()?),
                Short('h') | Long("help") => return Ok(None),
                _ => return Err(argument.unexpected()),
            }
        }
        args.manifest = manifest.ok_or("--manifest is missing")?;
        args.endpoints = endpoints.ok_or("--endpoints is missing")?;
        Ok(Some(args))
    }
}

fn millis(parser: &mut lexopt::Parser) -> Result<Duration, lexopt::Error> {
    use lexopt::ValueExt;
    match parser.value()?.parse()? {
        0 => Err("a time of 0 ms is none".into()),
        millis => Ok(Duration::from_millis(millis)),
    }
}
