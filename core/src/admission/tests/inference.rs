//! Pools and what is said about their models.

use super::{each, each_in};

#[test]
fn pools_of_v1() {
    let frame = "{selector: {matchLabels: {app: vllm}}, targetPorts: [{number: 8000}], #}";
    let port = "port is required when kind is 'Service' or unspecified (defaults to 'Service')";
    each_in(
        "inference.networking.k8s.io/v1",
        "InferencePool",
        frame,
        &[
            ("endpointPickerRef: {name: epp, port: {number: 9002}}", ""),
            ("endpointPickerRef: {name: epp}", port),
            ("endpointPickerRef: {name: epp, kind: Service}", port),
            ("endpointPickerRef: {name: epp, kind: Other}", ""),
            ("endpointPickerRef: {port: {number: 1}}", "spec.endpointPickerRef.name: Required value"),
            ("appProtocol: kubernetes.io/h2c", ""),
            (
                "appProtocol: h2",
                r#"spec.appProtocol: Unsupported value: "h2": supported values: "http", "kubernetes.io/h2c""#,
            ),
            (
                "endpointPickerRef: {name: a, kind: B, failureMode: Open}",
                r#"supported values: "FailOpen", "FailClose""#,
            ),
        ],
    );
    let eight = (1..=8).map(|port| format!("{{number: {port}}}")).collect::<Vec<_>>().join(", ");
    let nine = format!("[{eight}, {{number: 9}}]");
    let frame = "{selector: {matchLabels: {app: vllm}}, targetPorts: #}";
    each_in(
        "inference.networking.k8s.io/v1",
        "InferencePool",
        frame,
        &[
            (&format!("[{eight}]"), ""),
            (&nine, "spec.targetPorts: Too many: 9: must have at most 8 items"),
            ("[{number: 1}, {number: 2}, {number: 1}]", "port number must be unique"),
        ],
    );
    each_in(
        "inference.networking.k8s.io/v1",
        "InferencePool",
        "{targetPorts: [{number: 1}], selector: #}",
        &[
            (
                "{matchLabels: {}}",
                "Invalid value: 0: spec.selector.matchLabels in body should have at least 1 properties",
            ),
            ("{}", "spec.selector.matchLabels: Required value"),
            ("{matchLabels: {app: a b}}", "'^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$'"),
        ],
    );
}

#[test]
fn pools_of_early_versions() {
    each(
        "inference.networking.x-k8s.io/v1alpha2",
        "InferencePool",
        &[
            ("{selector: {app: a}, targetPortNumber: 8000, extensionRef: {name: epp, portNumber: 9002}}", ""),
            (
                "{selector: {app: a}, targetPortNumber: 8000, extensionRef: {name: ''}}",
                "should be at least 1 chars long",
            ),
            ("{selector: {app: a}, targetPortNumber: 8000}", "spec.extensionRef: Required value"),
            ("{targetPortNumber: 8000, extensionRef: {name: epp}}", "spec.selector: Required value"),
            ("{selector: {app: a}, extensionRef: {name: epp}}", "spec.targetPortNumber: Required value"),
        ],
    );
    each(
        "inference.networking.x-k8s.io/v1alpha1",
        "InferencePool",
        &[
            ("{selector: {}, targetPortNumber: 8000, extensionRef: {name: ''}}", ""),
            (
                "{selector: {}, targetPortNumber: 8000, extensionRef: {name: a, failureMode: b}}",
                r#""FailClose""#,
            ),
        ],
    );
}

#[test]
fn models() {
    let frame = "{modelName: m, poolRef: {name: p}, #}";
    let weights = "Weights should be set for all models, or none of the models.";
    let names: Vec<String> = (0..11).map(|name| format!("{{name: m{name}}}")).collect();
    let eleven = format!("targetModels: [{}]", names.join(", "));
    let cases = [
        ("criticality: Critical", ""),
        ("criticality: High", r#"supported values: "Critical", "Standard", "Sheddable""#),
        ("targetModels: [{name: a}, {name: b}]", ""),
        ("targetModels: [{name: a, weight: 1}, {name: b, weight: 2}]", ""),
        ("targetModels: [{name: a, weight: 1}, {name: b}]", weights),
        ("targetModels: [{name: a, weight: 1000001}]", "less than or equal to 1000000"),
        (&eleven, "spec.targetModels: Too many: 11: must have at most 10 items"),
    ];
    each_in("inference.networking.x-k8s.io/v1alpha2", "InferenceModel", frame, &cases);
    each_in("inference.networking.x-k8s.io/v1alpha1", "InferenceModel", frame, &cases);
    let zero = "targetModels: [{name: a, weight: 0}]";
    each_in("inference.networking.x-k8s.io/v1alpha1", "InferenceModel", frame, &[(zero, "")]);
    each_in(
        "inference.networking.x-k8s.io/v1alpha2",
        "InferenceModel",
        frame,
        &[(zero, "greater than or equal to 1")],
    );
    let long = format!("{{modelName: {}, poolRef: {{name: p}}}}", "m".repeat(257));
    each(
        "inference.networking.x-k8s.io/v1alpha2",
        "InferenceModel",
        &[
            (&long, "spec.modelName: Too long: may not be more than 256 bytes"),
            ("{modelName: m, poolRef: {}}", "spec.poolRef.name: Required value"),
            ("{modelName: m}", "spec.poolRef: Required value"),
        ],
    );
}

#[test]
fn objectives_and_rewrites() {
    for api_version in ["inference.networking.x-k8s.io/v1alpha2", "llm-d.ai/v1alpha2"] {
        each(
            api_version,
            "InferenceObjective",
            &[
                ("{poolRef: {name: p}, priority: -7}", ""),
                ("{poolRef: {name: p}, priority: 1.5}", r#"must be of type integer: "number""#),
                ("{priority: 7}", "spec.poolRef: Required value"),
            ],
        );
        each_in(
            api_version,
            "InferenceModelRewrite",
            "{poolRef: {name: p}, rules: [#]}",
            &[
                ("{matches: [{model: {value: a}}], targets: [{modelRewrite: b, weight: 1}]}", ""),
                ("{matches: [{model: {type: Prefix, value: a}}]}", r#"supported values: "Exact""#),
                ("{matches: [{model: {value: ''}}]}", "should be at least 1 chars long"),
                ("{matches: [{}]}", "spec.rules[0].matches[0].model: Required value"),
                ("{targets: []}", "should have at least 1 items"),
                ("{targets: [{weight: 1}]}", "modelRewrite: Required value"),
                ("{targets: [{modelRewrite: b, weight: 0}]}", "greater than or equal to 1"),
            ],
        );
    }
}
