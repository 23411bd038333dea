//! Single values: types, lengths, numbers, names, and the order of findings.

use super::super::patterns;
use super::{each, each_in, findings};

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
