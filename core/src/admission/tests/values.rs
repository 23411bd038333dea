//! Single values: types, lengths, numbers, names, and the order of findings.

use super::super::patterns;
use super::{check_object, each, each_in, findings};
use crate::manifest::{Node, Value, documents};

const POOL: &str = "inference.networking.k8s.io/v1";

#[test]
fn every_pattern_compiles() {
    for pattern in patterns::ALL {
        assert!(pattern.compiled().is_some(), "{}", pattern.text);
    }
}

#[test]
fn unknown_kinds_and_versions_are_not_checked() {
    for (api_version, kind) in
        [("v1", "Service"), ("example.com/v1", "HTTPRoute"), ("gateway.networking.k8s.io/v9", "HTTPRoute")]
    {
        each(api_version, kind, &[("{rules: 7}", "")]);
    }
}

#[test]
fn a_value_has_the_type_of_its_field() {
    let frame = "{selector: {matchLabels: {a: b}}, targetPorts: #}";
    let cases = [
        ("[{number: 8000}]", ""),
        ("[{number: 8000.0}]", ""),
        (
            "7",
            r#"spec.targetPorts: Invalid value: "integer": spec.targetPorts in body must be of type array: "integer""#,
        ),
        (
            "[~]",
            r#"spec.targetPorts[0]: Invalid value: "null": spec.targetPorts[0] in body must be of type object: "null""#,
        ),
        ("[{number: '8000'}]", r#"[0].number in body must be of type integer: "string""#),
        (
            "[{number: 80.5}]",
            r#"[0].number: Invalid value: "float64": spec.targetPorts[0].number in body must be of type int32: "float64""#,
        ),
        ("[{number: true}]", r#"[0].number in body must be of type int32: """#),
        (
            "[{number: 0}]",
            "spec.targetPorts[0].number: Invalid value: 0: spec.targetPorts[0].number in body should be greater than or equal to 1",
        ),
        ("[{number: 65536}]", "in body should be less than or equal to 65535"),
        ("[]", "spec.targetPorts: Invalid value: 0: spec.targetPorts in body should have at least 1 items"),
        ("~", "spec.targetPorts: Required value"),
        ("[{}]", "spec.targetPorts[0].number: Required value"),
    ];
    each_in(POOL, "InferencePool", frame, &cases);
}

#[test]
fn a_number_beyond_32_bits_is_said_to_be_too_large_twice() {
    let text = format!(
        "{{apiVersion: {POOL}, kind: InferencePool, metadata: {{name: a}}, spec: {{selector: {{matchLabels: {{a: b}}}}, targetPorts: [{{number: 5000000000}}]}}}}"
    );
    let found = findings(&text);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].ends_with(
            "Checked value must be of type integer with format int32 in spec.targetPorts[0].number"
        )
    );
}

#[test]
fn lengths_count_characters() {
    let host = |length| format!("[{}]", "a".repeat(length));
    let frame = "{hostnames: #}";
    each_in(
        "gateway.networking.k8s.io/v1",
        "HTTPRoute",
        frame,
        &[
            (&host(253), ""),
            (&host(254), "spec.hostnames[0]: Too long: may not be more than 253 bytes"),
            ("[a.example, '*.example']", ""),
            (
                "[a_b]",
                r"spec.hostnames[0] in body should match '^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'",
            ),
        ],
    );
    let label = |length| format!("{{matchLabels: {{a: {}}}}}", "é".repeat(length));
    let found = findings(&format!(
        "{{apiVersion: {POOL}, kind: InferencePool, metadata: {{name: a}}, spec: {{targetPorts: [{{number: 1}}], selector: {}}}}}",
        label(63)
    ));
    assert!(found.iter().all(|finding| !finding.contains("Too long")), "{found:?}");
}

#[test]
fn findings_come_in_the_order_of_the_text() {
    let found = findings(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: A}\nspec:\n  rules:\n  - timeouts: {request: 1d}\n    matches: [{method: get}]\n  hostnames: [X]\n",
    );
    let paths: Vec<&str> = found.iter().filter_map(|finding| finding.split(": ").next()).collect();
    assert_eq!(
        paths,
        [
            "metadata.name",
            "spec.rules[0].timeouts.request",
            "spec.rules[0].matches[0].method",
            "spec.hostnames[0]"
        ]
    );
}

#[test]
fn rules_wait_for_the_structure_they_look_at() {
    // One rule of the route is broken beside a wrong type, another within it.
    let found = findings(
        "apiVersion: aigateway.envoyproxy.io/v1beta1\nkind: AIGatewayRoute\nmetadata: {name: a}\nspec:\n  parentRefs: [{name: g, kind: Service}]\n  rules:\n  - {name: twice, backendRefs: 7}\n  - {name: twice}\n",
    );
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].ends_with("only Gateway is supported"));
    assert!(found[1].ends_with(r#"must be of type array: "integer""#));
}

#[test]
fn names_and_labels_are_spelled_as_the_api_server_wants() {
    let with = |metadata: &str| {
        findings(&format!(
            "{{apiVersion: gateway.networking.k8s.io/v1, kind: ReferenceGrant, metadata: {metadata}, spec: {{from: [{{group: '', kind: Service, namespace: a}}], to: [{{group: '', kind: Service}}]}}}}"
        ))
    };
    let long = "a".repeat(64);
    for valid in [
        "{name: a-b.c, namespace: d}",
        "{generateName: a-}",
        "{name: a, labels: {example.com/part: A_b.c, none: '', nothing: ~}}",
    ] {
        assert_eq!(with(valid), Vec::<String>::new(), "{valid}");
    }
    let label = format!("{{name: a, labels: {{b: {long}}}}}");
    let key = format!("{{name: a, labels: {{{long}: b}}}}");
    let namespace = format!("{{name: a, namespace: {long}}}");
    for (metadata, expected) in [
        ("{}", "metadata.name: Required value: name or generateName is required"),
        ("~", "metadata.name: Required value: name or generateName is required"),
        (
            "{name: Upper}",
            r#"metadata.name: Invalid value: "Upper": a lowercase RFC 1123 subdomain must consist of"#,
        ),
        (
            "{name: a, namespace: b.c}",
            r#"metadata.namespace: Invalid value: "b.c": a lowercase RFC 1123 label"#,
        ),
        (&namespace, "must be no more than 63 bytes"),
        ("{name: a, labels: {b: 1}}", "metadata.labels: json: cannot unmarshal"),
        ("{name: a, labels: {b: c d}}", r#"metadata.labels: Invalid value: "c d": a valid label must be"#),
        (
            "{name: a, labels: {b c: d}}",
            r#"metadata.labels: Invalid value: "b c": name part must consist of"#,
        ),
        (
            "{name: a, labels: {B/c: d}}",
            r#"metadata.labels: Invalid value: "B/c": prefix part a lowercase RFC 1123"#,
        ),
        (&label, "must be no more than 63 bytes"),
        (&key, "name part must be no more than 63 bytes"),
    ] {
        let found = with(metadata);
        assert_eq!(found.len(), 1, "{metadata} {found:?}");
        assert!(found[0].contains(expected), "{metadata} {found:?}");
    }
}

/// All values of a tree, one after the other.
fn nodes(node: &mut Node, visit: &mut dyn FnMut(&mut Node)) {
    visit(node);
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| nodes(item, visit)),
        Value::Map(entries) => entries.iter_mut().for_each(|entry| nodes(&mut entry.value, visit)),
        _ => {}
    }
}

#[test]
fn any_value_anywhere_is_answered() {
    let text = "
        {apiVersion: aigateway.envoyproxy.io/v1alpha1, kind: AIGatewayRoute, metadata: {name: a, labels: {b: c}}, spec: {
            schema: {name: OpenAI}, targetRefs: [{group: '', kind: Gateway, name: g}],
            rules: [{timeouts: {request: 1s, backendRequest: 1s}, matches: [{headers: [{name: a, value: b}]}], backendRefs: [{name: b}]}]}}
        ---
        {apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: a}, spec: {
            parentRefs: [{name: g, port: 1, sectionName: s}], hostnames: [a.example],
            rules: [{name: r, matches: [{path: {type: Exact, value: /a}, queryParams: [{name: q, value: v}]}],
                filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /b}}}],
                backendRefs: [{name: b, port: 1, filters: [{type: CORS, cors: {allowOrigins: ['*']}}]}]}]}}
        ---
        {apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: a}, spec: {
            gatewayClassName: c, addresses: [{value: 10.0.0.1}], infrastructure: {labels: {a: b}},
            listeners: [{name: a, port: 443, protocol: TLS, hostname: a.example, tls: {certificateRefs: [{name: s}]}}]}}
        ---
        {apiVersion: inference.networking.k8s.io/v1, kind: InferencePool, metadata: {name: a}, spec: {
            selector: {matchLabels: {a: b}}, targetPorts: [{number: 1}], endpointPickerRef: {name: e, port: {number: 1}}}}
    ";
    let text: String = text.lines().map(|line| format!("{}\n", line.trim())).collect();
    let values = ["~", "true", "-1", "1e300", "0.5", "''", "é", "[]", "[~]", "{}", "{a: {b: c}}"];
    let (objects, flaws) = documents(&text);
    assert!(flaws.is_empty() && objects.len() == 4, "{flaws:?}");
    for object in objects {
        for value in values {
            let value = documents(value).0.remove(0);
            for place in 0..object.size() {
                let (mut changed, mut seen) = (object.clone(), 0);
                nodes(&mut changed, &mut |node| {
                    if seen == place {
                        *node = value.clone();
                    }
                    seen += 1;
                });
                assert_eq!(check_object(&changed), check_object(&changed));
            }
        }
    }
}
