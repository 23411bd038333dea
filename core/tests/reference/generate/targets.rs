//! Hosts, and paths with queries, that nearly, or just, are what routes ask for.

use serde_json::Value;

use super::alphabet as of;
use super::requests::list;
use super::source::Source;

const PATHS: [&str; 17] = [
    "", "/", "/", "/v2", "/v2", "/v2/", "/v2/x", "/v2x", "//", "/v2//x", "/V2", "//v2", "/v2/m", "/a.B/m",
    "//m", "*", "/%76%32",
];
const QUERIES: [&str; 20] = [
    "", "", "", "?", "?a", "?a=", "?a=1", "?a=1", "?a=2", "?a=1&a=2", "?a=2&a=1", "?b=1&a=1", "?A=1",
    "?a=1&b=2", "?&a=1", "?a=1=2", "?a=%31", "?a=1?b=1", "?a&a=1", "?=1",
];

/// The path of a request: after what the match asks for, or any.
pub(crate) fn target(source: &mut Source, wanted: &Value) -> String {
    let mut target = path(source, wanted);
    let parameters = list(&wanted["queryParams"]);
    if parameters.is_empty() || source.one_in(4) {
        target.push_str(source.pick(&QUERIES));
        return target;
    }
    let mut pairs: Vec<String> = Vec::new();
    for parameter in parameters {
        let name = parameter["name"].as_str().unwrap_or_default();
        let is_exact = parameter["type"] != "RegularExpression";
        let value = parameter["value"].as_str().filter(|_| is_exact).unwrap_or(source.pick(&["1", "2", ""]));
        match source.below(10) {
            0 => pairs.push(name.to_owned()),
            1 => pairs.push(format!("{name}={value}&{name}=2")),
            2 => pairs.push(format!("{}={value}", name.to_ascii_uppercase())),
            _ => pairs.push(format!("{name}={value}")),
        }
    }
    if source.one_in(4) {
        source.shuffle(&mut pairs);
    }
    format!("{target}?{}", pairs.join("&"))
}

fn path(source: &mut Source, wanted: &Value) -> String {
    let is_regex =
        wanted["path"]["type"] == "RegularExpression" || wanted["method"]["type"] == "RegularExpression";
    if is_regex || source.one_in(5) {
        return source.pick(&PATHS).to_owned();
    }
    let asked = if wanted["method"].is_object() {
        let service = wanted["method"]["service"].as_str().unwrap_or("v2");
        let method = wanted["method"]["method"].as_str().unwrap_or("m");
        format!("/{service}/{method}")
    } else if let Some(value) = wanted["path"]["value"].as_str() {
        value.to_owned()
    } else {
        return source.pick(&PATHS).to_owned();
    };
    match source.below(12) {
        0 => format!("{asked}/"),
        1 => format!("{asked}/x"),
        2 => format!("{asked}x"),
        3 => asked.to_ascii_uppercase(),
        4 => asked.strip_suffix('/').unwrap_or(&asked).to_owned(),
        5 => format!("/{asked}"),
        _ => asked,
    }
}

/// The host of a request: any, or one that a hostname of a route or listener covers.
pub(crate) fn host(source: &mut Source, documents: &[Value]) -> String {
    let hostnames = hostnames(documents);
    if hostnames.is_empty() || source.one_in(2) {
        source.pick(&of::HOSTS).to_owned()
    } else {
        source.pick(&hostnames).replace('*', source.pick(&["x", "z.y"]))
    }
}

/// Every hostname of a route or listener.
fn hostnames(documents: &[Value]) -> Vec<&str> {
    let mut hostnames = Vec::new();
    for document in documents {
        hostnames.extend(list(&document["spec"]["hostnames"]).iter().filter_map(Value::as_str));
        for listener in list(&document["spec"]["listeners"]) {
            hostnames.extend(listener["hostname"].as_str());
        }
    }
    hostnames
}
