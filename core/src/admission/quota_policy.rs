//! QuotaPolicy: how much a backend may be used.

use std::sync::LazyLock;

use super::fields::{local_reference, spec};
use super::probe::{has, text};
use super::schema::{Schema, boolean, list, object, opt, req, string, text as length, text_of, wide_int};

pub(super) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let targets = list(0..=16, object(local_reference())).rule(
        "targetRefs must reference AIServiceBackend resources",
        |targets| {
            targets.items().iter().all(|target| {
                text(target, "group").is_none_or(|group| group == "aigateway.envoyproxy.io")
                    && text(target, "kind").is_none_or(|kind| kind == "AIServiceBackend")
            })
        },
    );
    let model = object([req("modelName", length(1..=usize::MAX)), req("quota", model_quota())]);
    let service = object([req("quota", quota()), opt("costExpression", string())]);
    let fields = [
        opt("targetRefs", targets),
        opt("perModelQuotas", list(0..=128, model)),
        opt("serviceQuota", service),
    ];
    spec(opt("spec", object(fields)))
});

fn quota() -> Schema {
    object([req("limit", wide_int(i64::MIN..=i64::MAX)), req("duration", text_of(&["1s", "1m", "1h", "1d"]))])
}

fn model_quota() -> Schema {
    let bucket = object([
        req("quota", quota()),
        opt("clientSelectors", list(0..=8, selector())),
        opt("shadowMode", boolean()),
    ]);
    object([
        opt("mode", text_of(&["Shared"])),
        opt("costExpression", string()),
        opt("defaultBucket", quota()),
        opt("bucketRules", list(0..=usize::MAX, bucket)),
    ])
}

fn selector() -> Schema {
    let named = || {
        object([
            req("name", length(1..=256)),
            opt("type", text_of(&["Exact", "RegularExpression", "Distinct"])),
            opt("value", length(0..=1_024)),
            opt("invert", boolean()),
        ])
    };
    let methods = &["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
    let path = object([
        opt("type", text_of(&["Exact", "PathPrefix", "RegularExpression"])),
        opt("value", length(0..=1_024)),
        opt("invert", boolean()),
    ]);
    let source = object([
        opt("type", text_of(&["Exact", "Distinct"])),
        req("value", length(1..=256)),
        opt("invert", boolean()),
    ]);
    let fields = [
        opt("headers", list(0..=64, named())),
        opt(
            "methods",
            list(0..=usize::MAX, object([req("value", text_of(methods)), opt("invert", boolean())])),
        ),
        opt("path", path),
        opt("queryParams", list(0..=16, named())),
        opt("sourceCIDR", source),
    ];
    object(fields).rule(
        "at least one of headers, methods, path, sourceCIDR or queryParams must be specified",
        |selector| {
            ["headers", "methods", "path", "sourceCIDR", "queryParams"].iter().any(|name| has(selector, name))
        },
    )
}
