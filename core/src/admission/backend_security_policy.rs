//! BackendSecurityPolicy: the current definitions, in which v1beta1 adds credentialOverride and lets gcpCredentials be found by themselves. How an identity provider is reached (its backendSettings) is not checked.

use std::sync::LazyLock;

use super::fields::{backend, backend_fields, duration, local_reference, secret_reference, spec};
use super::probe::{at, at_most_one, exactly_one, has, is_true, text};
use super::schema::{
    Field, Schema, any, boolean, list, map, object, object_of, opt, req, string, text as length, text_of,
    with,
};
use crate::manifest::Node;

/// The types with the one field that each comes with.
const TYPES: [(&str, &str); 6] = [
    ("APIKey", "apiKey"),
    ("AWSCredentials", "awsCredentials"),
    ("AzureAPIKey", "azureAPIKey"),
    ("AzureCredentials", "azureCredentials"),
    ("GCPCredentials", "gcpCredentials"),
    ("AnthropicAPIKey", "anthropicAPIKey"),
];

pub(super) static V1ALPHA1: LazyLock<Schema> = LazyLock::new(|| {
    let message =
        "Exactly one of GCPWorkloadIdentityFederationConfig or GCPCredentialsFile must be specified";
    let gcp = gcp().rule(message, |gcp| exactly_one(gcp, &GCP_SOURCES));
    policy(3, vec![opt("gcpCredentials", gcp)])
});

pub(super) static V1BETA1: LazyLock<Schema> = LazyLock::new(|| {
    let message = "At most one of credentialsFile or workloadIdentityFederationConfig may be specified";
    let gcp = gcp().rule(message, |gcp| at_most_one(gcp, &GCP_SOURCES));
    let metadata = object([
        req("namespace", length(1..=usize::MAX)),
        opt("key", string()),
        opt("fallbackToConfigured", boolean()),
    ]);
    let headers = object([opt("header", string()), opt("fallbackToConfigured", boolean())]);
    let sources = [opt("fromDynamicMetadata", metadata), opt("fromRequestHeaders", headers)];
    policy(4, vec![opt("gcpCredentials", gcp), opt("credentialOverride", object_of(1..=1, sources))])
});

const GCP_SOURCES: [&str; 2] = ["credentialsFile", "workloadIdentityFederationConfig"];

fn policy(most: usize, more: Vec<Field>) -> Schema {
    let types =
        &["APIKey", "AWSCredentials", "AzureAPIKey", "AzureCredentials", "GCPCredentials", "AnthropicAPIKey"];
    let targets = list(0..=16, object(local_reference()))
        .rule("targetRefs must reference AIServiceBackend or InferencePool resources", |targets| {
            targets.items().iter().all(is_target)
        });
    let fields = vec![
        req("type", text_of(types)),
        opt("targetRefs", targets),
        opt("apiKey", secret()),
        opt("awsCredentials", aws()),
        opt("azureAPIKey", secret()),
        opt("azureCredentials", azure()),
        opt("anthropicAPIKey", secret()),
    ];
    let mut policy = object_of(0..=most, with(fields, more));
    for (name, field) in TYPES {
        policy =
            policy.rule(format!("When type is {name}, only {field} field should be set"), move |policy| {
                let others = TYPES.iter().filter(|(_, other)| *other != field);
                text(policy, "type") != Some(name)
                    || has(policy, field) && others.into_iter().all(|(_, other)| !has(policy, other))
            });
    }
    spec(opt("spec", policy))
}

fn is_target(target: &Node) -> bool {
    matches!(
        (text(target, "group"), text(target, "kind")),
        (Some("aigateway.envoyproxy.io"), Some("AIServiceBackend"))
            | (Some("inference.networking.k8s.io"), Some("InferencePool"))
            // An absent field is a finding of its own.
            | (None, _)
            | (_, None)
    )
}

fn secret() -> Schema {
    object([req("secretRef", secret_reference())])
}

fn aws() -> Schema {
    object([
        req("region", length(1..=usize::MAX)),
        opt("credentialsFile", object([req("secretRef", secret_reference()), opt("profile", string())])),
        opt("oidcExchangeToken", token(true)),
    ])
}

fn azure() -> Schema {
    let fields = [
        req("clientID", length(1..=usize::MAX)),
        req("tenantID", length(1..=usize::MAX)),
        opt("clientSecretRef", secret_reference()),
        opt("oidcExchangeToken", token(false)),
    ];
    object(fields).rule("Exactly one of clientSecretRef or oidcExchangeToken must be specified", |azure| {
        exactly_one(azure, &["clientSecretRef", "oidcExchangeToken"])
    })
}

fn gcp() -> Schema {
    let federation = object([
        req("projectID", length(1..=usize::MAX)),
        req("workloadIdentityPoolName", length(1..=usize::MAX)),
        req("workloadIdentityProviderName", length(1..=usize::MAX)),
        req("oidcExchangeToken", token(false)),
        opt("serviceAccountImpersonation", object([req("serviceAccountName", length(1..=usize::MAX))])),
    ]);
    object([
        req("projectName", length(1..=usize::MAX)),
        req("region", length(1..=usize::MAX)),
        opt("credentialsFile", secret()),
        opt("workloadIdentityFederationConfig", federation),
    ])
}

fn token(for_aws: bool) -> Schema {
    let mut fields = vec![req("oidc", oidc()), opt("aud", string()), opt("grantType", string())];
    if for_aws {
        fields.push(req("awsRoleArn", length(1..=usize::MAX)));
    }
    object(fields)
}

fn oidc() -> Schema {
    let provider = object([
        req("issuer", length(1..=usize::MAX)),
        opt("authorizationEndpoint", string()),
        opt("tokenEndpoint", string()),
        opt("backendRefs", list(0..=16, backend(backend_fields()))),
        opt("backendSettings", any()),
    ])
    .rule("BackendRefs must be used, backendRef is not supported.", |provider| !has(provider, "backendRef"));
    let fields = [
        req("provider", provider),
        req("clientSecret", secret_reference()),
        opt("clientID", length(1..=usize::MAX)),
        opt("clientIDRef", secret_reference()),
        opt("cookieNames", map(0..=usize::MAX, string())),
        opt("defaultTokenTTL", duration()),
        opt("defaultRefreshTokenTTL", duration()),
        opt("forwardAccessToken", boolean()),
        opt("forwardIDToken", object([req("header", length(1..=usize::MAX))])),
        opt("redirectURL", string()),
        opt("logoutPath", string()),
        opt("scopes", list(0..=usize::MAX, string())),
        opt("resources", list(0..=usize::MAX, string())),
    ];
    object(fields)
        .rule("only one of clientID or clientIDRef must be set", |oidc| {
            exactly_one(oidc, &["clientID", "clientIDRef"])
        })
        .rule("forwardAccessToken cannot be true when forwardIDToken.header is Authorization", |oidc| {
            let header = at(oidc, &["forwardIDToken", "header"]).and_then(Node::text);
            !(is_true(oidc, "forwardAccessToken")
                && header.is_some_and(|header| header.eq_ignore_ascii_case("authorization")))
        })
}
