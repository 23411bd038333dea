//! AIGatewayRoute. Four definitions were served under v1alpha1, told apart by what the object writes:
//!
//! - `schema` without `parentRefs`: up to v0.2, where targetRefs and schema are required and headers match exactly;
//! - `targetRefs` without `schema`, or `parentRefs` beside either: v0.3 and v0.4, which accept both ways to name the Gateway;
//! - everything else, and all of v1beta1: the current definition. Under v1alpha1 it also takes pools of the group that v0.3 asked for.
//!
//! v1beta1 has no `schema` and `targetRefs`: they are unknown fields there.

use std::sync::LazyLock;

use super::fields::{
    duration, header_matches, header_name, hostname, local_reference, namespace, section_name, spec, timeouts,
};
use super::parent_refs;
use super::patterns::KIND_OR_EMPTY;
use super::probe::{at, distinct, has, items, text, text_or};
use super::schema::{
    Field, Schema, any, int, list, list_by, object, opt, req, set, string, text as length, text_like,
    text_of, with,
};
use crate::manifest::Node;

const POOLS: &str = "inference.networking.k8s.io";
const POOLS_V0_3: &str = "inference.networking.x-k8s.io";

static SEED: LazyLock<Schema> = LazyLock::new(|| {
    let target = object(with(local_reference(), [opt("sectionName", section_name())]));
    let rule = object(with(
        rule_fields(header_matches().rule("currently only exact match is supported", |headers| {
            headers.items().iter().all(|header| text_or(header, "type", "Exact") != "RegularExpression")
        })),
        [opt(
            "backendRefs",
            list(
                0..=128,
                object(with(
                    backend_fields(),
                    [opt("kind", text_of(&["AIServiceBackend", "InferencePool"]))],
                )),
            ),
        )],
    ));
    let schema =
        object([req("name", text_of(&["OpenAI", "AWSBedrock", "AzureOpenAI"])), opt("version", string())])
            .rule("failed rule: self.name == 'OpenAI'", |schema| text(schema, "name") == Some("OpenAI"));
    let fields = [
        req("targetRefs", list(1..=128, target)),
        req("schema", schema),
        req("rules", list(0..=128, rule)),
        opt("filterConfig", filter_config()),
        opt("llmRequestCosts", costs(&["OutputToken", "InputToken", "TotalToken", "CEL"])),
    ];
    spec(opt("spec", object(fields)))
});

static BOTH: LazyLock<Schema> = LazyLock::new(|| {
    let target = object(with(local_reference(), [opt("sectionName", section_name())]));
    let names = &["OpenAI", "AWSBedrock", "AzureOpenAI", "GCPVertexAI", "GCPAnthropic"];
    let fields = [
        opt("parentRefs", parent_refs::gateways(0..=16)),
        opt("targetRefs", list(0..=128, target)),
        opt("schema", object([req("name", text_of(names)), opt("version", string())])),
        req("rules", list(0..=128, rule(&[POOLS_V0_3, POOLS]))),
        opt("filterConfig", filter_config()),
        opt("llmRequestCosts", costs(&["OutputToken", "InputToken", "TotalToken", "CEL"])),
    ];
    let fields = object(fields).rule("targetRefs is deprecated, use parentRefs only", |spec| {
        !has(spec, "parentRefs") || items(spec, "targetRefs").is_empty()
    });
    spec(opt("spec", fields))
});

static V1ALPHA1: LazyLock<Schema> = LazyLock::new(|| current(&[POOLS, POOLS_V0_3]));

static V1BETA1: LazyLock<Schema> = LazyLock::new(|| current(&[POOLS]));

pub(super) fn schema(object: &Node, version: &str) -> &'static Schema {
    let writes = |name| at(object, &["spec", name]).is_some();
    match version {
        "v1beta1" => &V1BETA1,
        _ if writes("schema") && !writes("parentRefs") => &SEED,
        _ if writes("schema") || writes("targetRefs") => &BOTH,
        _ => &V1ALPHA1,
    }
}

fn current(pools: &'static [&'static str]) -> Schema {
    let tokens = &[
        "OutputToken",
        "InputToken",
        "CachedInputToken",
        "CacheCreationInputToken",
        "TotalToken",
        "ReasoningToken",
        "CEL",
    ];
    let rules = list(0..=15, rule(pools)).rule("rule name must be unique within the route", |rules| {
        distinct(rules.items().iter().filter_map(|rule| text(rule, "name")))
    });
    let fields = [
        opt("parentRefs", parent_refs::gateways(0..=16)),
        opt("hostnames", list(0..=16, hostname())),
        req("rules", rules),
        opt("llmRequestCosts", costs(tokens)),
    ];
    spec(opt("spec", object(fields)))
}

fn rule(pools: &'static [&'static str]) -> Schema {
    let group = pools.first().copied().unwrap_or_default();
    let backend = object(with(
        backend_fields(),
        [opt("group", super::fields::group()), opt("kind", text_like(0..=63, &KIND_OR_EMPTY))],
    ))
    .rule("group and kind must be specified together", |backend| {
        has(backend, "group") == has(backend, "kind")
    })
    .rule(format!("only InferencePool from {group} group is supported"), |backend| {
        text(backend, "group")
            .is_none_or(|group| pools.contains(&group) && text(backend, "kind") == Some("InferencePool"))
    });
    let names_pool = |backend: &Node| has(backend, "group") && has(backend, "kind");
    let names_none = |backend: &Node| !has(backend, "group") && !has(backend, "kind");
    let fields = with(
        rule_fields(header_matches()),
        [opt("name", section_name()), opt("backendRefs", list(0..=128, backend))],
    );
    object(fields)
        .rule("rule name route-not-found is reserved", |rule| text(rule, "name") != Some("route-not-found"))
        .rule("cannot mix InferencePool and AIServiceBackend references in the same rule", move |rule| {
            let backends = items(rule, "backendRefs");
            backends.iter().all(names_none) || backends.iter().all(names_pool)
        })
        .rule("only one InferencePool backend is allowed per rule", move |rule| {
            let backends = items(rule, "backendRefs");
            backends.len() <= 1 || !backends.iter().any(names_pool)
        })
}

/// What a rule has in every definition, but for its name and its backends.
fn rule_fields(headers: Schema) -> Vec<Field> {
    vec![
        opt("matches", list(0..=128, object([opt("headers", headers)]))),
        opt("timeouts", timeouts()),
        opt("modelsOwnedBy", string()),
        opt("modelsCreatedAt", string()),
        opt("streamIdleTimeout", duration()),
    ]
}

fn backend_fields() -> Vec<Field> {
    vec![
        req("name", length(1..=usize::MAX)),
        opt("namespace", namespace()),
        opt("modelNameOverride", string()),
        opt("weight", int(0..=i64::MAX)),
        opt("priority", int(0..=i64::MAX)),
        opt("headerMutation", header_mutation()),
        opt("bodyMutation", body_mutation()),
    ]
}

pub(super) fn header_mutation() -> Schema {
    let entry = object([req("name", header_name()), req("value", length(1..=4_096))]);
    object([opt("set", list_by("name", 0..=16, entry)), opt("remove", set(0..=16, string()))])
}

pub(super) fn body_mutation() -> Schema {
    let entry = object([req("path", length(1..=usize::MAX)), req("value", string())]);
    object([opt("set", list_by("path", 0..=16, entry)), opt("remove", set(0..=16, string()))])
}

fn costs(types: &'static [&'static str]) -> Schema {
    list(0..=36, object([req("metadataKey", string()), req("type", text_of(types)), opt("cel", string())]))
}

fn filter_config() -> Schema {
    object([opt("type", text_of(&["ExternalProcessor", "DynamicModule"])), opt("externalProcessor", any())])
}
