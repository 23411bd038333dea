//! MCPRoute: the current definition, without extAuth and the details of oauth.

use std::sync::LazyLock;

use super::fields::{backend, backend_fields, header_matches, hostname, secret_reference, spec};
use super::parent_refs;
use super::probe::{at, at_most_one, distinct, exactly_one, has, items, text};
use super::schema::{Schema, any, list, object, opt, req, string, text as length, text_of, with};

pub(super) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let fields = [
        req("parentRefs", parent_refs::gateways(1..=16)),
        opt("hostnames", list(0..=16, hostname())),
        opt("path", length(0..=1_024)),
        opt("headers", header_matches()),
        req("backendRefs", backends()),
        opt("securityPolicy", security()),
        opt("backendSelector", object([opt("defaultAction", action()), opt("rules", selection())])),
    ];
    spec(opt("spec", object(fields)))
});

fn action() -> Schema {
    text_of(&["Allow", "Deny"])
}

fn selection() -> Schema {
    list(0..=32, object([opt("action", action()), opt("cel", length(0..=4_096))]))
}

fn backends() -> Schema {
    let forward = object([req("name", length(1..=usize::MAX)), opt("backendHeader", length(1..=usize::MAX))]);
    let fields = [
        opt("path", length(0..=1_024)),
        opt("forwardHeaders", list(0..=32, forward)),
        opt("securityPolicy", object([opt("apiKey", api_key())])),
        opt("toolSelector", tool_selector()),
    ];
    list(1..=256, backend(with(backend_fields(), fields)))
        .rule("all backendRefs names must be unique", |backends| {
            distinct(backends.items().iter().filter_map(|backend| text(backend, "name")))
        })
}

fn api_key() -> Schema {
    let fields = [
        opt("secretRef", secret_reference()),
        opt("inline", string()),
        opt("header", length(1..=usize::MAX)),
        opt("queryParam", length(1..=usize::MAX)),
    ];
    object(fields)
        .rule("exactly one of secretRef or inline must be set", |key| {
            exactly_one(key, &["secretRef", "inline"])
        })
        .rule("only one of header or queryParam can be set", |key| {
            at_most_one(key, &["header", "queryParam"])
        })
}

fn tool_selector() -> Schema {
    let names = ["include", "includeRegex", "exclude", "excludeRegex"];
    object(names.map(|name| opt(name, list(0..=32, string()))))
        .rule("include and includeRegex are mutually exclusive", |tools| {
            at_most_one(tools, &["include", "includeRegex"])
        })
        .rule("exclude and excludeRegex are mutually exclusive", |tools| {
            at_most_one(tools, &["exclude", "excludeRegex"])
        })
        .rule(
            "at least one of include, includeRegex, exclude, or excludeRegex must be specified",
            move |tools| names.iter().any(|name| has(tools, name)),
        )
}

fn security() -> Schema {
    let claim = object([
        req("name", length(1..=253)),
        opt("valueType", text_of(&["String", "StringArray"])),
        req("values", list(1..=128, string())),
    ]);
    let claims = list(0..=16, claim).rule("'scope' claim name is reserved for OAuth scopes", |claims| {
        claims.items().iter().all(|claim| text(claim, "name") != Some("scope"))
    });
    let jwt = object([opt("scopes", list(0..=16, length(1..=253))), opt("claims", claims)])
        .rule("either scopes or claims must be specified", |jwt| {
            !items(jwt, "scopes").is_empty() || !items(jwt, "claims").is_empty()
        });
    let tool = object([req("backend", string()), req("tool", string())]);
    let rule = object([
        opt("action", action()),
        opt("cel", length(0..=4_096)),
        opt("source", object([req("jwt", jwt)])),
        opt("target", object([req("tools", list(1..=16, tool))])),
    ]);
    let fields = [
        opt("oauth", any()),
        opt("extAuth", any()),
        opt("apiKeyAuth", any()),
        opt("authorization", object([opt("defaultAction", action()), opt("rules", list(0..=32, rule))])),
    ];
    object(fields).rule(
        "oauth must be configured when any authorization rule uses a jwt source",
        |security| {
            let rules =
                at(security, &["authorization"]).map(|rules| items(rules, "rules")).unwrap_or_default();
            has(security, "oauth") || rules.iter().all(|rule| at(rule, &["source", "jwt"]).is_none())
        },
    )
}
