//! The kinds of Envoy AI Gateway.

use super::{each, each_in};

const V1ALPHA1: &str = "aigateway.envoyproxy.io/v1alpha1";
const V1BETA1: &str = "aigateway.envoyproxy.io/v1beta1";
const POOL: &str = "{group: inference.networking.k8s.io, kind: InferencePool, name: p}";
const OLD_POOL: &str = "{group: inference.networking.x-k8s.io, kind: InferencePool, name: p}";

#[test]
fn routes() {
    let rules = |count: usize| format!("{{rules: [{}]}}", vec!["{}"; count].join(", "));
    for api_version in [V1ALPHA1, V1BETA1] {
        each(
            api_version,
            "AIGatewayRoute",
            &[
                (&rules(15), ""),
                (&rules(16), "spec.rules: Too many: 16: must have at most 15 items"),
                ("{}", "spec.rules: Required value"),
                ("{rules: [], parentRefs: [{name: g}]}", ""),
                ("{rules: [], parentRefs: [{name: g, kind: Service}]}", "only Gateway is supported"),
                ("{rules: [{name: a}, {name: b}, {}, {}]}", ""),
                ("{rules: [{name: a}, {name: a}]}", "rule name must be unique within the route"),
                ("{rules: [{name: route-not-found}]}", "rule name route-not-found is reserved"),
                ("{rules: [], llmRequestCosts: [{metadataKey: k, type: CachedInputToken}]}", ""),
                (
                    "{rules: [], llmRequestCosts: [{metadataKey: k, type: Token}]}",
                    r#""ReasoningToken", "CEL""#,
                ),
            ],
        );
    }
}

#[test]
fn backends_of_a_rule() {
    let two = |a: &str, b: &str| format!("[{a}, {b}]");
    let (mixed, pools) = (two(POOL, "{name: b}"), two(POOL, POOL));
    let frame = "{rules: [{backendRefs: #}]}";
    each_in(
        V1BETA1,
        "AIGatewayRoute",
        frame,
        &[
            ("[]", ""),
            ("[{name: a, weight: 0, priority: 0}, {name: b, namespace: c}]", ""),
            (&format!("[{POOL}]"), ""),
            (&pools, "only one InferencePool backend is allowed per rule"),
            (
                "[{name: a, group: other.io, kind: InferencePool}]",
                "only InferencePool from inference.networking.k8s.io group is supported",
            ),
            (
                &format!("[{OLD_POOL}]"),
                "only InferencePool from inference.networking.k8s.io group is supported",
            ),
            ("[{name: a, weight: -1}]", "should be greater than or equal to 0"),
            ("[{name: a, priority: -1}]", "should be greater than or equal to 0"),
            ("[{name: ''}]", "should be at least 1 chars long"),
            ("[{weight: 1}]", "spec.rules[0].backendRefs[0].name: Required value"),
            (
                "[{name: a, headerMutation: {remove: [b, b]}}]",
                r#".headerMutation.remove[1]: Duplicate value: "b""#,
            ),
            (
                "[{name: a, bodyMutation: {set: [{path: b, value: ''}, {path: b, value: ''}]}}]",
                r#".bodyMutation.set[1]: Duplicate value: {"path":"b"}"#,
            ),
        ],
    );
    each_in(V1ALPHA1, "AIGatewayRoute", frame, &[(&format!("[{OLD_POOL}]"), "")]);
    let text = |backends: &str| {
        format!(
            "{{apiVersion: {V1BETA1}, kind: AIGatewayRoute, metadata: {{name: a}}, spec: {{rules: [{{backendRefs: {backends}}}]}}}}"
        )
    };
    let found = super::findings(&text(&mixed));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].ends_with(
        r#"spec.rules[0]: Invalid value: "object": cannot mix InferencePool and AIServiceBackend references in the same rule"#
    ));
    let found = super::findings(&text("[{name: a, kind: InferencePool}]"));
    assert!(
        found.iter().any(|finding| finding.ends_with("group and kind must be specified together")),
        "{found:?}"
    );
}

#[test]
fn matches_and_times_of_a_rule() {
    each_in(
        V1BETA1,
        "AIGatewayRoute",
        "{rules: [{#}]}",
        &[
            ("matches: [{headers: [{name: a, value: b}, {name: A, value: b, type: RegularExpression}]}]", ""),
            (
                "matches: [{headers: [{name: a, value: b}, {name: a, value: c}]}]",
                r#"[1]: Duplicate value: {"name":"a"}"#,
            ),
            (
                "matches: [{headers: [{name: 'a b', value: b}]}]",
                r"should match '^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$'",
            ),
            ("matches: [{headers: [{name: a, value: ''}]}]", "should be at least 1 chars long"),
            (
                "matches: [{headers: [{name: a, value: b, type: Prefix}]}]",
                r#"supported values: "Exact", "RegularExpression""#,
            ),
            ("timeouts: {request: 1h30m, backendRequest: 90m}", ""),
            ("timeouts: {request: 0s, backendRequest: 1h}", ""),
            (
                "timeouts: {request: 1s, backendRequest: 1s1ms}",
                "backendRequest timeout cannot be longer than request timeout",
            ),
            ("timeouts: {request: 0.5s}", r"in body should match '^([0-9]{1,5}(h|m|s|ms)){1,4}$'"),
        ],
    );
}

#[test]
fn routes_of_earlier_releases() {
    let seed = "{schema: {name: OpenAI}, targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: g}], rules: [#]}";
    each_in(
        V1ALPHA1,
        "AIGatewayRoute",
        seed,
        &[
            ("{backendRefs: [{name: a}, {name: b, kind: InferencePool, weight: 3}]}", ""),
            (
                "{backendRefs: [{name: a, kind: Foo}]}",
                r#".kind: Unsupported value: "Foo": supported values: "AIServiceBackend", "InferencePool""#,
            ),
            (
                "{matches: [{headers: [{name: a, value: b, type: RegularExpression}]}]}",
                "currently only exact match is supported",
            ),
        ],
    );
    each(
        V1ALPHA1,
        "AIGatewayRoute",
        &[
            ("{schema: {name: OpenAI}, rules: []}", "spec.targetRefs: Required value"),
            (
                "{schema: {name: OpenAI}, targetRefs: [], rules: []}",
                "spec.targetRefs in body should have at least 1 items",
            ),
            (
                "{schema: {name: AWSBedrock}, targetRefs: [{group: '', kind: Gateway, name: g}], rules: []}",
                r#"spec.schema: Invalid value: "object": failed rule: self.name == 'OpenAI'"#,
            ),
            ("{targetRefs: [{group: '', kind: Gateway, name: g}], rules: []}", ""),
            ("{schema: {name: GCPAnthropic}, parentRefs: [{name: g}], rules: []}", ""),
            (
                "{parentRefs: [{name: g}], targetRefs: [{group: '', kind: Gateway, name: g}], rules: []}",
                "targetRefs is deprecated, use parentRefs only",
            ),
        ],
    );
    // Unknown fields of v1beta1.
    each(V1BETA1, "AIGatewayRoute", &[("{schema: {name: Nothing}, targetRefs: 7, rules: []}", "")]);
}

#[test]
fn backends() {
    let backend = "{schema: {name: #}, backendRef: {group: gateway.envoyproxy.io, kind: Backend, name: b}}";
    each_in(
        V1BETA1,
        "AIServiceBackend",
        backend,
        &[("AWSAnthropic", ""), ("Nothing", r#""Anthropic", "AWSAnthropic""#)],
    );
    let frame = "{schema: {name: OpenAI}, backendRef: #}";
    let only = "BackendRef must be a Backend resource of Envoy Gateway. See https://github.com/envoyproxy/ai-gateway/issues/902 for more details.";
    each_in(
        V1BETA1,
        "AIServiceBackend",
        frame,
        &[
            ("{name: b, port: 80}", only),
            ("{name: b, group: gateway.envoyproxy.io, kind: Backend, port: 0}", "greater than or equal to 1"),
            ("{group: gateway.envoyproxy.io, kind: Backend}", "spec.backendRef.name: Required value"),
        ],
    );
    each_in(
        V1ALPHA1,
        "AIServiceBackend",
        frame,
        &[
            ("{name: b, port: 80}", ""),
            ("{name: b}", "Must have port for Service reference"),
            ("{name: b, group: gateway.envoyproxy.io, kind: Backend}", ""),
        ],
    );
    each(V1BETA1, "AIServiceBackend", &[("{schema: {name: OpenAI}}", "spec.backendRef: Required value")]);
}

#[test]
fn security_policies() {
    let secret = "{secretRef: {name: s}}";
    let fields = [
        ("APIKey", "apiKey", secret),
        ("AWSCredentials", "awsCredentials", "{region: r}"),
        ("AzureAPIKey", "azureAPIKey", secret),
        ("AzureCredentials", "azureCredentials", "{clientID: c, tenantID: t, clientSecretRef: {name: s}}"),
        (
            "GCPCredentials",
            "gcpCredentials",
            "{projectName: p, region: r, credentialsFile: {secretRef: {name: s}}}",
        ),
        ("AnthropicAPIKey", "anthropicAPIKey", secret),
    ];
    for api_version in [V1ALPHA1, V1BETA1] {
        for (kind, field, value) in fields {
            let only = format!("When type is {kind}, only {field} field should be set");
            let other = if field == "apiKey" { "azureAPIKey" } else { "apiKey" };
            each(
                api_version,
                "BackendSecurityPolicy",
                &[
                    (&format!("{{type: {kind}, {field}: {value}}}"), ""),
                    (&format!("{{type: {kind}}}"), &only),
                    (&format!("{{type: {kind}, {field}: {value}, {other}: {secret}}}"), &only),
                ],
            );
        }
        each_in(
            api_version,
            "BackendSecurityPolicy",
            "{type: APIKey, apiKey: {secretRef: {name: s}}, targetRefs: [#]}",
            &[
                ("{group: aigateway.envoyproxy.io, kind: AIServiceBackend, name: b}", ""),
                ("{group: inference.networking.k8s.io, kind: InferencePool, name: b}", ""),
                (
                    "{group: '', kind: Service, name: b}",
                    "targetRefs must reference AIServiceBackend or InferencePool resources",
                ),
                ("{kind: Service, name: b}", "spec.targetRefs[0].group: Required value"),
            ],
        );
    }
    each(
        V1BETA1,
        "BackendSecurityPolicy",
        &[
            ("{type: Other}", r#""GCPCredentials", "AnthropicAPIKey""#),
            ("{apiKey: {secretRef: {name: s}}}", "spec.type: Required value"),
            ("{type: APIKey, apiKey: {}}", "spec.apiKey.secretRef: Required value"),
            (
                "{type: APIKey, apiKey: {secretRef: {name: s}}, credentialOverride: {fromRequestHeaders: {}}}",
                "",
            ),
            (
                "{type: APIKey, apiKey: {secretRef: {name: s}}, credentialOverride: {}}",
                "should have at least 1 properties",
            ),
            ("{type: GCPCredentials, gcpCredentials: {projectName: p, region: r}}", ""),
        ],
    );
    each(
        V1ALPHA1,
        "BackendSecurityPolicy",
        &[(
            "{type: GCPCredentials, gcpCredentials: {projectName: p, region: r}}",
            "Exactly one of GCPWorkloadIdentityFederationConfig or GCPCredentialsFile must be specified",
        )],
    );
}

#[test]
fn too_many_fields_of_a_security_policy() {
    let spec = "type: APIKey, apiKey: {secretRef: {name: s}}, azureAPIKey: {secretRef: {name: s}}, awsCredentials: {region: r}";
    let expected = "spec: Too many: 4: must have at most 3 items";
    each(V1ALPHA1, "BackendSecurityPolicy", &[(&format!("{{{spec}}}"), expected)]);
}

#[test]
fn credentials_from_an_identity_provider() {
    let azure = "{type: AzureCredentials, azureCredentials: {clientID: c, tenantID: t, #}}";
    let exactly = "Exactly one of clientSecretRef or oidcExchangeToken must be specified";
    let oidc = "{provider: {issuer: i}, clientID: c, clientSecret: {name: s}}";
    each_in(
        V1BETA1,
        "BackendSecurityPolicy",
        azure,
        &[
            (&format!("oidcExchangeToken: {{oidc: {oidc}}}"), ""),
            ("", exactly),
            (&format!("clientSecretRef: {{name: s}}, oidcExchangeToken: {{oidc: {oidc}}}"), exactly),
        ],
    );
    let aws =
        "{type: AWSCredentials, awsCredentials: {region: r, oidcExchangeToken: {awsRoleArn: a, oidc: {#}}}}";
    let (provider, secret) = ("provider: {issuer: i}", "clientSecret: {name: s}");
    let authorization = "forwardAccessToken: true, forwardIDToken: {header: Authorization}";
    each_in(
        V1BETA1,
        "BackendSecurityPolicy",
        aws,
        &[
            (&format!("{provider}, {secret}, clientIDRef: {{name: c}}"), ""),
            (&format!("{provider}, {secret}"), "only one of clientID or clientIDRef must be set"),
            (&format!("{provider}, clientID: c"), "clientSecret: Required value"),
            (
                &format!("provider: {{issuer: i, backendRef: {{name: b}}}}, {secret}, clientID: c"),
                "BackendRefs must be used, backendRef is not supported.",
            ),
            (
                &format!("{provider}, {secret}, clientID: c, {authorization}"),
                "forwardAccessToken cannot be true when forwardIDToken.header is Authorization",
            ),
        ],
    );
    let gcp = "{type: GCPCredentials, gcpCredentials: {projectName: p, region: r, credentialsFile: {secretRef: {name: s}}, workloadIdentityFederationConfig: {projectID: p, workloadIdentityPoolName: w, workloadIdentityProviderName: w, oidcExchangeToken: {oidc: #}}}}";
    each_in(
        V1BETA1,
        "BackendSecurityPolicy",
        gcp,
        &[(oidc, "At most one of credentialsFile or workloadIdentityFederationConfig may be specified")],
    );
}

#[test]
fn mcp_routes() {
    let backend = "{parentRefs: [{name: g}], backendRefs: [#]}";
    let selector = |fields: &str| format!("{{name: b, port: 1, toolSelector: {{{fields}}}}}");
    let key = |fields: &str| format!("{{name: b, port: 1, securityPolicy: {{apiKey: {{{fields}}}}}}}");
    let one = "exactly one of secretRef or inline must be set";
    each_in(
        V1BETA1,
        "MCPRoute",
        backend,
        &[
            ("{name: b, port: 1}, {name: c, port: 1}", ""),
            ("{name: b, port: 1}, {name: b, port: 1}", "all backendRefs names must be unique"),
            ("{name: b}", "Must have port for Service reference"),
            ("", "spec.backendRefs in body should have at least 1 items"),
            (&selector("include: [a], exclude: [b]"), ""),
            (&selector("include: [a], includeRegex: [b]"), "include and includeRegex are mutually exclusive"),
            (&selector("exclude: [a], excludeRegex: [b]"), "exclude and excludeRegex are mutually exclusive"),
            (
                &selector(""),
                "at least one of include, includeRegex, exclude, or excludeRegex must be specified",
            ),
            (&key("inline: k"), ""),
            (&key(""), one),
            (&key("inline: k, secretRef: {name: s}"), one),
            (&key("inline: k, header: h, queryParam: q"), "only one of header or queryParam can be set"),
        ],
    );
    each(V1BETA1, "MCPRoute", &[("{backendRefs: [{name: b, port: 1}]}", "spec.parentRefs: Required value")]);
    let security = "{parentRefs: [{name: g}], backendRefs: [{name: b, port: 1}], securityPolicy: {#}}";
    each_in(
        V1BETA1,
        "MCPRoute",
        security,
        &[
            ("oauth: {}, authorization: {rules: [{source: {jwt: {scopes: [a]}}}]}", ""),
            ("authorization: {rules: [{cel: 'true'}]}", ""),
            (
                "authorization: {rules: [{source: {jwt: {scopes: [a]}}}]}",
                "oauth must be configured when any authorization rule uses a jwt source",
            ),
            (
                "oauth: {}, authorization: {rules: [{source: {jwt: {}}}]}",
                "either scopes or claims must be specified",
            ),
            (
                "oauth: {}, authorization: {rules: [{source: {jwt: {claims: [{name: scope, values: [a]}]}}}]}",
                r#".claims: Invalid value: "array": 'scope' claim name is reserved for OAuth scopes"#,
            ),
        ],
    );
}

#[test]
fn quotas() {
    let quota = "{perModelQuotas: [{modelName: m, quota: #}]}";
    let needs = "at least one of headers, methods, path, sourceCIDR or queryParams must be specified";
    each_in(
        V1ALPHA1,
        "QuotaPolicy",
        quota,
        &[
            ("{mode: Shared, defaultBucket: {limit: 5000000000, duration: 1h}}", ""),
            ("{defaultBucket: {limit: 1, duration: 1w}}", r#"supported values: "1s", "1m", "1h", "1d""#),
            (
                "{bucketRules: [{quota: {limit: 1, duration: 1d}, clientSelectors: [{headers: [{name: a}]}]}]}",
                "",
            ),
            ("{bucketRules: [{quota: {limit: 1, duration: 1d}, clientSelectors: [{}]}]}", needs),
        ],
    );
    each_in(
        V1ALPHA1,
        "QuotaPolicy",
        "{targetRefs: [#]}",
        &[
            ("{group: aigateway.envoyproxy.io, kind: AIServiceBackend, name: b}", ""),
            (
                "{group: aigateway.envoyproxy.io, kind: Other, name: b}",
                "targetRefs must reference AIServiceBackend resources",
            ),
        ],
    );
}
