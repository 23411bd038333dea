//! The kinds of Gateway API.

use super::{each, each_in, findings};

const V1: &str = "gateway.networking.k8s.io/v1";

#[test]
fn parents_are_told_apart() {
    let when = "when parentRefs includes 2 or more references to the same parent";
    for (kind, frame) in [
        ("HTTPRoute", "{parentRefs: [#]}"),
        ("TCPRoute", "{parentRefs: [#], rules: [{backendRefs: [{name: b, port: 1}]}]}"),
    ] {
        each_in(
            V1,
            kind,
            frame,
            &[
                ("{name: g}, {name: h}", ""),
                ("{name: g}, {name: g, namespace: n}", ""),
                ("{name: g, sectionName: a}, {name: g, sectionName: b}", ""),
                (
                    "{name: g, sectionName: a}, {name: g, sectionName: a}",
                    &format!("sectionName must be unique {when}"),
                ),
                ("{name: g, sectionName: a}, {name: g}", &format!("sectionName must be specified {when}")),
                ("{name: g}, {name: g}", &format!("sectionName must be unique {when}")),
                ("{name: g, port: 1}, {name: g, port: 2}", ""),
                (
                    "{name: g, port: 1}, {name: g, port: 1}",
                    &format!("sectionName or port must be unique {when}"),
                ),
                ("{name: g, port: 1}, {name: g}", &format!("sectionName or port must be specified {when}")),
            ],
        );
    }
}

#[test]
fn paths_of_a_match() {
    let frame = "{rules: [{matches: [{path: #}]}]}";
    let when = "when type one of ['Exact', 'PathPrefix']";
    each_in(
        V1,
        "HTTPRoute",
        frame,
        &[
            ("{}", ""),
            ("{value: /a/b.c/%20}", ""),
            ("{type: RegularExpression, value: 'a//b [c]'}", ""),
            ("{type: Glob}", r#"supported values: "Exact", "PathPrefix", "RegularExpression""#),
            ("{value: a}", &format!("value must be an absolute path and start with '/' {when}")),
            ("{value: /a//b}", &format!("must not contain '//' {when}")),
            ("{value: /./a}", &format!("must not contain '/./' {when}")),
            ("{value: /../a}", &format!("must not contain '/../' {when}")),
            ("{value: /%2f}", &format!("must not contain '%2f' {when}")),
            ("{value: /%2F}", &format!("must not contain '%2F' {when}")),
            ("{value: /a/..}", &format!("must not end with '/..' {when}")),
            ("{type: Exact, value: /a/.}", &format!("must not end with '/.' {when}")),
            (
                "{value: '/a b'}",
                "must only contain valid characters (matching ^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$) for types ['Exact', 'PathPrefix']",
            ),
        ],
    );
    let found = findings(&format!(
        "{{apiVersion: {V1}, kind: HTTPRoute, metadata: {{name: a}}, spec: {{rules: [{{matches: [{{path: {{value: '/a#'}}}}]}}]}}}}"
    ));
    assert!(
        found.iter().any(|finding| finding.ends_with(&format!("must not contain '#' {when}"))),
        "{found:?}"
    );
}

#[test]
fn other_parts_of_a_match() {
    each_in(
        V1,
        "HTTPRoute",
        "{rules: [{matches: [{#}]}]}",
        &[
            ("method: GET, queryParams: [{name: a, value: b}]", ""),
            ("method: get", r#""TRACE", "PATCH""#),
            (
                "queryParams: [{name: a, value: b}, {name: a, value: c}]",
                r#"[1]: Duplicate value: {"name":"a"}"#,
            ),
            ("headers: [{name: a, value: b}, {name: a, value: c}]", r#"[1]: Duplicate value: {"name":"a"}"#),
            ("headers: [{name: /, value: b}]", r"should match '^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$'"),
        ],
    );
}

#[test]
fn sizes_of_a_route() {
    let rules = |rules: usize, matches: usize| {
        let rule = format!("{{matches: [{}]}}", vec!["{}"; matches].join(", "));
        format!("{{rules: [{}]}}", vec![rule; rules].join(", "))
    };
    let total = "While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less than 128";
    for kind in ["HTTPRoute", "GRPCRoute"] {
        each(
            V1,
            kind,
            &[
                (&rules(2, 64), ""),
                (&rules(16, 8), ""),
                (&rules(16, 9), total),
                (&rules(17, 1), "spec.rules: Too many: 17: must have at most 16 items"),
                (&rules(1, 65), "spec.rules[0].matches: Too many: 65: must have at most 64 items"),
                ("{rules: [{name: a}, {name: b}, {}]}", ""),
                ("{rules: [{name: a}, {name: a}]}", "Rule name must be unique within the route"),
            ],
        );
    }
    each(
        V1,
        "HTTPRoute",
        &[
            ("{rules: []}", "spec.rules in body should have at least 1 items"),
            ("{}", ""),
            ("~", "spec: Required value"),
        ],
    );
}

#[test]
fn filters_have_the_field_of_their_type() {
    let fields = [
        ("CORS", "cors", "{}"),
        ("RequestHeaderModifier", "requestHeaderModifier", "{}"),
        ("ResponseHeaderModifier", "responseHeaderModifier", "{}"),
        ("RequestMirror", "requestMirror", "{backendRef: {name: b, port: 1}}"),
        ("RequestRedirect", "requestRedirect", "{}"),
        ("URLRewrite", "urlRewrite", "{}"),
        ("ExtensionRef", "extensionRef", "{group: '', kind: K, name: n}"),
        ("ExternalAuth", "externalAuth", "{protocol: HTTP, http: {}, backendRef: {name: b, port: 1}}"),
    ];
    for (kind, field, value) in fields {
        let specified = format!("filter.{field} must be specified for {kind} filter.type");
        let nil = format!("filter.{field} must be nil if the filter.type is not {kind}");
        let (other, other_field) =
            if field == "cors" { ("URLRewrite", "urlRewrite") } else { ("CORS", "cors") };
        each_in(
            V1,
            "HTTPRoute",
            "{rules: [{filters: [#]}]}",
            &[
                (&format!("{{type: {kind}, {field}: {value}}}"), ""),
                (&format!("{{type: {kind}}}"), &specified),
                (&format!("{{type: {other}, {other_field}: {{}}, {field}: {value}}}"), &nil),
            ],
        );
    }
    each_in(
        V1,
        "GRPCRoute",
        "{rules: [{filters: [#]}]}",
        &[
            ("{type: RequestHeaderModifier, requestHeaderModifier: {}}", ""),
            (
                "{type: RequestHeaderModifier}",
                "filter.requestHeaderModifier must be specified for RequestHeaderModifier filter.type",
            ),
            ("{type: URLRewrite}", r#""RequestMirror", "ExtensionRef""#),
        ],
    );
}

#[test]
fn filters_that_stand_once() {
    let once = [
        ("CORS", "cors"),
        ("RequestHeaderModifier", "requestHeaderModifier"),
        ("ResponseHeaderModifier", "responseHeaderModifier"),
        ("RequestRedirect", "requestRedirect"),
        ("URLRewrite", "urlRewrite"),
    ];
    for frame in ["{rules: [{filters: [#]}]}", "{rules: [{backendRefs: [{name: b, port: 1, filters: [#]}]}]}"]
    {
        for (kind, field) in once {
            let twice = vec![format!("{{type: {kind}, {field}: {{}}}}"); 2].join(", ");
            each_in(V1, "HTTPRoute", frame, &[(&twice, &format!("{kind} filter cannot be repeated"))]);
        }
        let mirror = "{type: RequestMirror, requestMirror: {backendRef: {name: b, port: 1}}}";
        let both = "{type: RequestRedirect, requestRedirect: {}}, {type: URLRewrite, urlRewrite: {}}";
        each_in(
            V1,
            "HTTPRoute",
            frame,
            &[
                (&format!("{mirror}, {mirror}"), ""),
                (
                    both,
                    "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both",
                ),
            ],
        );
    }
}

#[test]
fn what_filters_hold() {
    let frame = "{rules: [{filters: [#]}]}";
    let mirror = |fields: &str| {
        format!("{{type: RequestMirror, requestMirror: {{backendRef: {{name: b, port: 1}}, {fields}}}}}")
    };
    let redirect = |fields: &str| format!("{{type: RequestRedirect, requestRedirect: {{{fields}}}}}");
    let path = |fields: &str| redirect(&format!("path: {{{fields}}}"));
    let cors = |fields: &str| format!("{{type: CORS, cors: {{{fields}}}}}");
    let auth = |fields: &str| {
        format!("{{type: ExternalAuth, externalAuth: {{backendRef: {{name: b, port: 1}}, {fields}}}}}")
    };
    each_in(
        V1,
        "HTTPRoute",
        frame,
        &[
            (&mirror("percent: 100"), ""),
            (&mirror("percent: 101"), "less than or equal to 100"),
            (&mirror("fraction: {numerator: 1}"), ""),
            (&mirror("fraction: {numerator: 101}"), "numerator must be less than or equal to denominator"),
            (
                &mirror("fraction: {numerator: -1}"),
                "fraction.numerator in body should be greater than or equal to 0",
            ),
            (
                &mirror("percent: 1, fraction: {numerator: 1}"),
                "Only one of percent or fraction may be specified in HTTPRequestMirrorFilter",
            ),
            (&redirect("statusCode: 303, scheme: https, hostname: a.example, port: 443"), ""),
            (
                &redirect("statusCode: 300"),
                r#"statusCode: Unsupported value: 300: supported values: "301", "302", "303", "307", "308""#,
            ),
            (
                &redirect("hostname: '*.example'"),
                r"in body should match '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'",
            ),
            (&path("type: ReplaceFullPath, replaceFullPath: /a"), ""),
            (
                &path("type: ReplaceFullPath"),
                "replaceFullPath must be specified when type is set to 'ReplaceFullPath'",
            ),
            (
                &path("type: ReplacePrefixMatch"),
                "replacePrefixMatch must be specified when type is set to 'ReplacePrefixMatch'",
            ),
            (
                &path("type: ReplaceFullPath, replaceFullPath: /a, replacePrefixMatch: /a"),
                "type must be 'ReplacePrefixMatch' when replacePrefixMatch is set",
            ),
            (
                &path("type: ReplacePrefixMatch, replaceFullPath: /a, replacePrefixMatch: /a"),
                "type must be 'ReplaceFullPath' when replaceFullPath is set",
            ),
            (
                &cors(
                    "allowOrigins: ['https://*.a.example', 'http://b:8080'], allowMethods: ['*'], allowHeaders: [a], maxAge: 1",
                ),
                "",
            ),
            (
                &cors("allowOrigins: ['*', 'http://b']"),
                "AllowOrigins cannot contain '*' alongside other origins",
            ),
            (&cors("allowMethods: ['*', GET]"), "AllowMethods cannot contain '*' alongside other methods"),
            (&cors("allowHeaders: ['*', a]"), "AllowHeaders cannot contain '*' alongside other methods"),
            (&cors("exposeHeaders: [a, a]"), r#"exposeHeaders[1]: Duplicate value: "a""#),
            (&cors("allowOrigins: [a.example]"), r"(:([0-9]{1,5}))?)$)'"),
            (&auth("protocol: GRPC, grpc: {}"), ""),
            (&auth("protocol: GRPC"), "grpc must be specified when protocol is set to 'GRPC'"),
            (&auth("protocol: HTTP"), "http must be specified when protocol is set to 'HTTP'"),
            (&auth("protocol: HTTP, http: {}, grpc: {}"), "protocol must be 'GRPC' when grpc is set"),
            (&auth("protocol: GRPC, http: {}, grpc: {}"), "protocol must be 'HTTP' when http is set"),
            (
                &auth("protocol: HTTP, http: {path: '/?'}"),
                r"'^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$'",
            ),
        ],
    );
}

#[test]
fn filters_and_the_rest_of_a_rule() {
    let prefix = "path: {type: ReplacePrefixMatch, replacePrefixMatch: /b}";
    let redirect = format!("{{type: RequestRedirect, requestRedirect: {{{prefix}}}}}");
    let rewrite = format!("{{type: URLRewrite, urlRewrite: {{{prefix}}}}}");
    let backend = |filter: &str| format!("backendRefs: [{{name: b, port: 1, filters: [{filter}]}}]");
    let needs = "filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified";
    let cases = [
        (format!("filters: [{redirect}]"), format!("When using RequestRedirect {needs}")),
        (format!("filters: [{rewrite}]"), format!("When using URLRewrite {needs}")),
        (backend(&redirect), format!("Within backendRefs, when using RequestRedirect {needs}")),
        (backend(&rewrite), format!("Within backendRefs, When using URLRewrite {needs}")),
    ];
    for (filters, expected) in cases {
        each_in(
            V1,
            "HTTPRoute",
            "{rules: [{#}]}",
            &[
                (&filters, ""),
                (&format!("{filters}, matches: [{{path: {{value: /a}}}}]"), ""),
                (&format!("{filters}, matches: [{{method: GET}}]"), ""),
                (&format!("{filters}, matches: [{{path: {{type: Exact, value: /a}}}}]"), &expected),
                (&format!("{filters}, matches: [{{}}, {{}}]"), &expected),
                (&format!("{filters}, matches: []"), &expected),
            ],
        );
    }
    let redirect = "filters: [{type: RequestRedirect, requestRedirect: {}}]";
    each_in(
        V1,
        "HTTPRoute",
        "{rules: [{#}]}",
        &[
            (redirect, ""),
            (&format!("{redirect}, backendRefs: []"), ""),
            (
                &format!("{redirect}, backendRefs: [{{name: b, port: 1}}]"),
                "RequestRedirect filter must not be used together with backendRefs",
            ),
        ],
    );
}

#[test]
fn backends_and_times_of_a_rule() {
    each_in(
        V1,
        "HTTPRoute",
        "{rules: [{#}]}",
        &[
            ("backendRefs: [{name: b, port: 1, weight: 1000000}]", ""),
            ("backendRefs: [{name: b}]", "Must have port for Service reference"),
            ("backendRefs: [{name: b, kind: Service, group: ''}]", "Must have port for Service reference"),
            ("backendRefs: [{name: b, kind: Other}]", ""),
            ("backendRefs: [{name: b, port: 1, weight: 1000001}]", "less than or equal to 1000000"),
            (
                "backendRefs: [{name: b, port: 1, group: '*'}]",
                r"'^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'",
            ),
            ("timeouts: {request: 2s, backendRequest: 1999ms}", ""),
            (
                "timeouts: {request: 2s, backendRequest: 2001ms}",
                "backendRequest timeout cannot be longer than request timeout",
            ),
            ("retry: {codes: [500], attempts: 1, backoff: 10ms}", ""),
            ("retry: {codes: [200]}", "greater than or equal to 400"),
            ("sessionPersistence: {cookie: {}}", ""),
            ("sessionPersistence: {}", "cookie must be specified for Cookie type"),
            ("sessionPersistence: {type: Header, header: {name: a}}", ""),
            ("sessionPersistence: {type: Header}", "header must be specified for Header type"),
            (
                "sessionPersistence: {type: Header, header: {name: a}, cookie: {}}",
                "cookie must be nil if type is not Cookie",
            ),
            (
                "sessionPersistence: {cookie: {}, header: {name: a}}",
                "header must be nil if type is not Header",
            ),
            (
                "sessionPersistence: {cookie: {lifetimeType: Permanent}}",
                "AbsoluteTimeout must be specified when cookie lifetimeType is Permanent",
            ),
        ],
    );
}

#[test]
fn listeners() {
    let frame = "{gatewayClassName: c, listeners: [#]}";
    let refs = "certificateRefs: [{name: s}]";
    each_in(
        V1,
        "Gateway",
        frame,
        &[
            (
                "{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: HTTP, hostname: b.example}",
                "",
            ),
            (&format!("{{name: a, port: 443, protocol: HTTPS, tls: {{{refs}}}}}"), ""),
            ("{name: a, port: 443, protocol: TLS, tls: {mode: Passthrough}}", ""),
            ("{name: a, port: 443, protocol: TLS, tls: {options: {a: b}}}", ""),
            (
                "{name: a, port: 443, protocol: HTTPS, tls: {}}",
                "certificateRefs or options must be specified when mode is Terminate",
            ),
            (
                "{name: a, port: 443, protocol: HTTPS, tls: {mode: Passthrough}}",
                "tls mode must be Terminate for protocol HTTPS",
            ),
            ("{name: a, port: 443, protocol: TLS}", "tls mode must be set for protocol TLS"),
            (
                &format!("{{name: a, port: 80, protocol: HTTP, tls: {{{refs}}}}}"),
                "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']",
            ),
            (
                "{name: a, port: 80, protocol: UDP, hostname: a.example}",
                "hostname must not be specified for protocols ['TCP', 'UDP']",
            ),
            (
                "{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: HTTP}",
                "Combination of port, protocol and hostname must be unique for each listener",
            ),
            (
                "{name: a, protocol: HTTP}, {name: b, port: 1, protocol: HTTP}",
                "spec.listeners[0].port: Required value",
            ),
            ("", "spec.listeners in body should have at least 1 items"),
            (
                "{name: a, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: None}}}",
                r#""All", "Selector", "Same""#,
            ),
        ],
    );
    let found = findings(&format!(
        "{{apiVersion: {V1}, kind: Gateway, metadata: {{name: a}}, spec: {}}}",
        frame.replace('#', "{name: a, port: 80, protocol: HTTP}, {name: a, port: 81, protocol: HTTP}")
    ));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].ends_with("Listener name must be unique within the Gateway"));
    assert!(found[1].ends_with(r#"spec.listeners[1]: Duplicate value: {"name":"a"}"#));
}

#[test]
fn addresses_and_infrastructure() {
    let frame = "{gatewayClassName: c, listeners: [{name: a, port: 80, protocol: HTTP}], #}";
    let keys = |what| {
        format!(
            "{what} keys must be in the form of an optional DNS subdomain prefix followed by a required name segment of up to 63 characters."
        )
    };
    let prefix = format!("infrastructure: {{labels: {{{}/a: b}}}}", "a".repeat(253));
    each_in(
        V1,
        "Gateway",
        frame,
        &[
            (
                "addresses: [{value: 10.0.0.1}, {value: '::1'}, {type: Hostname, value: a.example}, {type: Hostname}, {}]",
                "",
            ),
            (
                "addresses: [{value: '10.0.0.1:80'}]",
                "must validate one and only one schema (oneOf). Found none valid",
            ),
            ("addresses: [{value: 10.0.0.1}, {value: 10.0.0.1}]", "IPAddress values must be unique"),
            (
                "addresses: [{type: Hostname, value: a}, {type: Hostname, value: a}]",
                "Hostname values must be unique",
            ),
            (
                "addresses: [{type: Hostname, value: 'a b'}]",
                r"Hostname value must be empty or contain only valid characters (matching ^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$)",
            ),
            ("infrastructure: {labels: {a.example/b: C}, annotations: {a: b c}}", ""),
            ("infrastructure: {labels: {a b: C}}", &keys("Label")),
            ("infrastructure: {annotations: {a b: C}}", &keys("Annotation")),
            (
                &prefix,
                "If specified, the label key's prefix must be a DNS subdomain not longer than 253 characters in total.",
            ),
            (
                "infrastructure: {labels: {key: a b}}",
                "spec.infrastructure.labels.key in body should match '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$'",
            ),
            ("tls: {frontend: {default: {}, perPort: [{port: 1, tls: {}}, {port: 2, tls: {}}]}}", ""),
            ("tls: {frontend: {perPort: []}}", "spec.tls.frontend.default: Required value"),
        ],
    );
}

#[test]
fn calls_of_a_match() {
    each_in(
        V1,
        "GRPCRoute",
        "{rules: [{matches: [{method: #}]}]}",
        &[
            ("{service: a.B}", ""),
            ("{method: B_1}", ""),
            ("{type: RegularExpression, method: '[a-z]+'}", ""),
            ("{}", "One or both of 'service' or 'method' must be specified"),
            (
                "{service: a-b}",
                r"service must only contain valid characters (matching ^(?i)\.?[a-z_][a-z_0-9]*(\.[a-z_][a-z_0-9]*)*$)",
            ),
            ("{method: 1a}", "method must only contain valid characters (matching ^[A-Za-z_][A-Za-z_0-9]*$)"),
        ],
    );
}

#[test]
fn streams_and_grants() {
    let backends = "backendRefs: [{name: b, port: 1}]";
    each(
        V1,
        "TLSRoute",
        &[
            (&format!("{{hostnames: [a.example, '*.b.example'], rules: [{{{backends}}}]}}"), ""),
            (&format!("{{rules: [{{{backends}}}]}}"), "spec.hostnames: Required value"),
            (
                &format!("{{hostnames: [], rules: [{{{backends}}}]}}"),
                "spec.hostnames in body should have at least 1 items",
            ),
            (
                &format!("{{hostnames: [10.0.0.1], rules: [{{{backends}}}]}}"),
                "Hostnames cannot contain an IP",
            ),
        ],
    );
    for kind in ["TCPRoute", "UDPRoute"] {
        each(
            V1,
            kind,
            &[
                (&format!("{{rules: [{{{backends}}}]}}"), ""),
                (
                    &format!("{{rules: [{{{backends}}}, {{{backends}}}]}}"),
                    "spec.rules: Too many: 2: must have at most 1 item",
                ),
                ("{rules: [{}]}", "spec.rules[0].backendRefs: Required value"),
                ("{}", "spec.rules: Required value"),
            ],
        );
    }
    let (from, to) = ("from: [{group: '', kind: K, namespace: n}]", "to: [{group: '', kind: Service}]");
    for api_version in [V1, "gateway.networking.k8s.io/v1beta1"] {
        each(
            api_version,
            "ReferenceGrant",
            &[
                (&format!("{{{from}, {to}}}"), ""),
                (&format!("{{{from}}}"), "spec.to: Required value"),
                (&format!("{{{to}}}"), "spec.from: Required value"),
                (&format!("{{{from}, to: []}}"), "spec.to in body should have at least 1 items"),
                (
                    &format!("{{{to}, from: [{{group: '', kind: K}}]}}"),
                    "spec.from[0].namespace: Required value",
                ),
            ],
        );
    }
}

#[test]
fn one_mistake_may_break_two_rules() {
    let two = |kind: &str, spec: &str, expected: [&str; 2]| {
        let found =
            findings(&format!("{{apiVersion: {V1}, kind: {kind}, metadata: {{name: a}}, spec: {spec}}}"));
        assert_eq!(found.len(), 2, "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.ends_with(expected), "{found} does not end in {expected}");
        }
    };
    two(
        "Gateway",
        "{gatewayClassName: c, listeners: [{name: a, port: 1, protocol: TCP}], tls: {frontend: {default: {}, perPort: [{port: 1, tls: {}}, {port: 1, tls: {}}]}}}",
        [
            "Port for TLS configuration must be unique within the Gateway",
            r#"perPort[1]: Duplicate value: {"port":1}"#,
        ],
    );
    let pattern = r"should match '^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'";
    let rules = "rules: [{backendRefs: [{name: b, port: 1}]}]";
    two(
        "TLSRoute",
        &format!("{{hostnames: [a_b], {rules}}}"),
        ["Hostnames must be valid based on RFC-1123", pattern],
    );
    two(
        "TLSRoute",
        &format!("{{hostnames: ['a.*.b'], {rules}}}"),
        [
            "Wildcards on hostnames must be the first label, and the rest of hostname must be valid based on RFC-1123",
            pattern,
        ],
    );
}
