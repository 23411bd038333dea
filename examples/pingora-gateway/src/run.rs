//! Puts the parts together.

use std::error::Error;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use inferroute::Router;
use pingora::proxy::http_proxy_service_with_name;
use pingora::server::Server;
use pingora::server::configuration::ServerConf;
use pingora::services::background::background_service;
use pingora::services::listening::Service;
use tokio::sync::Mutex;

use crate::admin::Admin;
use crate::args::Args;
use crate::clock::Clock;
use crate::counters::Counters;
use crate::drain::Drain;
use crate::files::{self, Watched};
use crate::gateway::Gateway;
use crate::peer::Timeouts;
use crate::poll::{Poll, Polling};
use crate::proxy::Proxy;
use crate::reload::Reload;

/// Serves until it is told to stop: SIGTERM lets requests finish, SIGINT does not.
///
/// # Errors
/// A manifest or a list of endpoints that cannot be used.
pub fn run(args: Args) -> Result<(), Box<dyn Error>> {
    let clock = Clock::start();
    let (manifest, text) = Watched::open(args.manifest)?;
    let router = Router::new(files::plan(&manifest.path, &text)?, seed(args.seed));
    let endpoints = match args.endpoints {
        Some(path) => {
            let (file, text) = Watched::open(path)?;
            files::tell_endpoints(&router, &clock, &file.path, &text)?;
            Some(Mutex::new(file))
        }
        None => None,
    };
    let gateway = Arc::new(Gateway::new(router, clock, Counters::new()?));

    let threads = args.threads.or_else(|| std::thread::available_parallelism().ok().map(Into::into));
    let conf = ServerConf {
        threads: threads.unwrap_or(1),
        grace_period_seconds: Some(args.grace),
        graceful_shutdown_timeout_seconds: Some(1),
        ..ServerConf::default()
    };
    let mut server = Server::new_with_opt_and_conf(None, conf);
    server.bootstrap();

    let timeouts = Timeouts { connect: args.connect_timeout, first_byte: args.first_byte_timeout };
    let proxy = Proxy { gateway: Arc::clone(&gateway), timeouts, max_body: args.max_body, tells: args.tell };
    let mut clients = http_proxy_service_with_name(&server.configuration, proxy, "clients");
    clients.add_tcp(&args.listen.to_string());
    server.add_service(clients);

    let mut admin = Service::new("admin".to_owned(), Admin(Arc::clone(&gateway)));
    admin.threads = Some(1);
    admin.add_tcp(&args.admin.to_string());
    server.add_service(admin);

    let reload = Reload {
        gateway: Arc::clone(&gateway),
        every: args.reload,
        manifest: Mutex::new(manifest),
        endpoints,
    };
    server.add_service(background_service("reload", reload));
    if !args.poll.is_zero() {
        let poll = Arc::new(Poll::new(Arc::clone(&gateway), args.poll));
        server.add_service(background_service("poll", Polling(poll)));
    }
    server.add_service(background_service("drain", Drain(Arc::clone(&gateway))));

    println!("serving on {}, admin on {}", args.listen, args.admin);
    server.run(Default::default());
    Ok(())
}

/// Replicas must not draw alike.
fn seed(stated: Option<u64>) -> u64 {
    stated.unwrap_or_else(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        since.as_secs().rotate_left(32)
            ^ u64::from(since.subsec_nanos())
            ^ u64::from(std::process::id()).rotate_left(16)
    })
}
