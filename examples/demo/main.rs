//! The main job on a manifest: `demo` alone runs the embedded example, with arguments it decides on your own.

use std::error::Error;
use std::path::PathBuf;

use inferroute::{Event, Manifests, Nanos, Options, ReportedEndpoint, Request, Router, Strategy};

const EMBEDDED: &str = include_str!("../manifests/two_rules.yaml");

/// How it is called.
fn usage() -> String {
    let strategies: Vec<_> = Strategy::ALL.iter().map(|strategy| strategy.as_str()).collect();
    format!(
        "\
Decides where a request goes.

Usage: demo [--manifest FILE]... [--header NAME=VALUE]... [--host HOST] [--model MODEL]
            [--endpoint [NAMESPACE/]NAME,ADDRESS[,LABEL=VALUE]...]... [--strategy NAME] [--seed N]

Without --manifest and --header it runs three requests through an embedded example.
Strategies: {}.
With make: make demo MANIFEST=file.yaml HEADERS='x-tier=gold x-team=search' MODEL=mistral ENDPOINTS='vllm-0,10.0.0.1,app=vllm'",
        strategies.join(", ")
    )
}

#[derive(Default)]
struct Arguments {
    manifests: Vec<PathBuf>,
    headers: Vec<(String, String)>,
    host: Option<String>,
    model: Option<String>,
    endpoints: Vec<ReportedEndpoint>,
    strategy: Strategy,
    seed: u64,
}

fn main() {
    let outcome = match arguments() {
        Ok(Some(arguments)) => run(&arguments),
        Ok(None) => {
            println!("{}", usage());
            return;
        }
        Err(error) => {
            eprintln!("{error}\n\n{}", usage());
            std::process::exit(2);
        }
    };
    match outcome {
        Ok(true) => {}
        Ok(false) => std::process::exit(1),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }
}

/// `None` where help is asked for.
fn arguments() -> Result<Option<Arguments>, Box<dyn Error>> {
    use lexopt::prelude::*;
    let mut arguments = Arguments { seed: 7, ..Arguments::default() };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("manifest") => arguments.manifests.push(parser.value()?.into()),
            Long("header") => arguments.headers.push(pair(&parser.value()?.string()?)?),
            Long("host") => arguments.host = Some(parser.value()?.string()?),
            Long("model") => arguments.model = Some(parser.value()?.string()?),
            Long("endpoint") => arguments.endpoints.push(endpoint(&parser.value()?.string()?)?),
            Long("strategy") => arguments.strategy = parser.value()?.parse()?,
            Long("seed") => arguments.seed = parser.value()?.parse()?,
            Short('h') | Long("help") => return Ok(None),
            _ => return Err(argument.unexpected().into()),
        }
    }
    Ok(Some(arguments))
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("`{text}` is not NAME=VALUE"))?;
    Ok((name.to_owned(), value.to_owned()))
}

fn endpoint(text: &str) -> Result<ReportedEndpoint, String> {
    let mut parts = text.split(',');
    let (name, address) =
        parts.next().zip(parts.next()).ok_or_else(|| format!("`{text}` is not NAME,ADDRESS"))?;
    let (namespace, name) = name.split_once('/').unwrap_or(("default", name));
    let endpoint = ReportedEndpoint::new(name).namespace(namespace).address(address);
    parts.try_fold(endpoint, |endpoint, label| pair(label).map(|(key, value)| endpoint.label(&key, &value)))
}

/// Whether every request of the user's own went somewhere.
fn run(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let mut manifests = Manifests::default();
    for path in &arguments.manifests {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
        manifests.add(&name, &text);
    }
    if arguments.manifests.is_empty() {
        manifests.add("two_rules.yaml", EMBEDDED);
    }
    let plan = manifests.compile(&Options::default().strategy(arguments.strategy))?;
    // The embedded manifest leaves its Gateway out, which needs no word.
    for warning in plan.warnings().iter().filter(|_| !arguments.manifests.is_empty()) {
        eprintln!("{warning}");
    }
    let router = Router::new(plan, arguments.seed);
    let now = Nanos::new(0);
    for endpoint in &arguments.endpoints {
        router.observe(&Event::EndpointReported { endpoint: endpoint.clone() }, now)?;
    }
    if !arguments.manifests.is_empty() || !arguments.headers.is_empty() {
        return Ok(decide(&router, &arguments.headers, arguments));
    }
    println!("examples/manifests/two_rules.yaml: header x-target-inference-extension decides\n");
    for value in ["yes", "no", "maybe"] {
        let headers = [("x-target-inference-extension".to_owned(), value.to_owned())];
        decide(&router, &headers, arguments);
        println!();
    }
    Ok(true)
}

fn decide(router: &Router, headers: &[(String, String)], arguments: &Arguments) -> bool {
    let mut request = Request::new(&headers);
    if let Some(host) = &arguments.host {
        request = request.host(host);
    }
    if let Some(model) = &arguments.model {
        request = request.model(model);
    }
    let now = Nanos::new(0);
    for (name, value) in headers {
        println!("{name}: {value}");
    }
    println!("{}", router.explain(&request, now));
    router.decide(&request, now).is_ok()
}
