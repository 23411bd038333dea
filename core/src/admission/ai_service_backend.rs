//! AIServiceBackend. Up to v0.3 a Service could be named directly, and v1alpha1 does not tell that from later versions: only v1beta1 insists on a
//! Backend. The list of schemas is the current one for both.

use std::sync::LazyLock;

use super::ai_gateway_route::{body_mutation, header_mutation};
use super::fields::{backend, backend_fields, local_reference, spec, timeouts};
use super::probe::text;
use super::schema::{Schema, object, opt, req, string, text_of};

pub(super) static V1ALPHA1: LazyLock<Schema> = LazyLock::new(|| backend_schema(backend(backend_fields())));

pub(super) static V1BETA1: LazyLock<Schema> = LazyLock::new(|| {
    let message = "BackendRef must be a Backend resource of Envoy Gateway. See https://github.com/envoyproxy/ai-gateway/issues/902 for more details.";
    let reference = backend(backend_fields()).rule(message, |backend| {
        text(backend, "kind") == Some("Backend") && text(backend, "group") == Some("gateway.envoyproxy.io")
    });
    backend_schema(reference)
});

fn backend_schema(reference: Schema) -> Schema {
    let names = &[
        "OpenAI",
        "Cohere",
        "AWSBedrock",
        "AzureOpenAI",
        "GCPVertexAI",
        "GCPAnthropic",
        "Anthropic",
        "AWSAnthropic",
    ];
    let schema = object([req("name", text_of(names)), opt("version", string()), opt("prefix", string())]);
    let fields = [
        req("schema", schema),
        req("backendRef", reference),
        opt("headerMutation", header_mutation()),
        opt("bodyMutation", body_mutation()),
        opt("backendSecurityPolicyRef", object(local_reference())),
        opt("timeouts", timeouts()),
    ];
    spec(opt("spec", object(fields)))
}
