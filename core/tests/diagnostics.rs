//! What people and programs read of diagnostics: golden files beside the manifests, renewed with `INFERROUTE_RENEW=1`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails by panicking and reads its files"
)]

use std::path::PathBuf;

use inferroute::{Code, Diagnostic, Format, Manifests, Options, Severity, Style, Texts};
use serde_json::Value;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics").join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap()
}

/// All that a load has to say of a text.
fn found(file: &str, text: &str) -> Vec<Diagnostic> {
    let mut manifests = Manifests::default();
    manifests.add(file, text);
    match manifests.compile(&Options::default()) {
        Ok(plan) => plan.warnings().to_vec(),
        Err(problems) => problems.iter().cloned().collect(),
    }
}

fn rendered(file: &str, format: Format) -> String {
    let text = text(file);
    Texts::default().add(file, &text).render(&found(file, &text), format)
}

#[test]
fn diagnostics_are_printed_as_they_stand_in_the_golden_files() {
    for (file, stem) in [("routes.yaml", "routes"), ("broken.yaml", "broken")] {
        for (format, end) in [(Format::Text, "txt"), (Format::Json, "json"), (Format::Sarif, "sarif")] {
            let (golden, printed) = (format!("{stem}.{end}"), rendered(file, format));
            if std::env::var_os("INFERROUTE_RENEW").is_some() {
                std::fs::write(path(&golden), &printed).unwrap();
            }
            assert_eq!(printed, text(&golden), "{golden}");
        }
    }
}

#[test]
fn coloured_pieces_make_the_same_text() {
    let text = text("routes.yaml");
    let mut texts = Texts::default();
    texts.add("routes.yaml", &text);
    let found = found("routes.yaml", &text);
    let pieces = texts.styled(&found);
    let joined: String = pieces.iter().map(|(_, piece)| piece.as_str()).collect();
    assert_eq!(joined, texts.render(&found, Format::Text));
    assert!(pieces.iter().any(|(style, _)| *style == Style::Severity(Severity::Info)));
}

#[test]
fn json_is_what_the_fields_say() {
    let text = text("broken.yaml");
    let found = found("broken.yaml", &text);
    let listed: Vec<Value> = serde_json::from_str(&rendered("broken.yaml", Format::Json)).unwrap();
    assert_eq!(listed.len(), found.len());
    for (mut listed, found) in listed.into_iter().zip(&found) {
        assert_eq!(listed.as_object_mut().unwrap().remove("docs"), Some(found.code().docs().into()));
        assert_eq!(listed, serde_json::to_value(found).unwrap());
        assert_eq!(&serde_json::from_value::<Diagnostic>(listed).unwrap().to_string(), &found.to_string());
    }
}

/// The structure that SARIF 2.1.0 demands and that code hosts rely on.
#[test]
fn sarif_holds_what_the_standard_demands() {
    let log: Value = serde_json::from_str(&rendered("routes.yaml", Format::Sarif)).unwrap();
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().ends_with("/sarif-schema-2.1.0.json"));
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for rule in rules {
        let code: Code = rule["id"].as_str().unwrap().parse().unwrap();
        assert_eq!(rule["fullDescription"]["text"], code.meaning());
        let page = rule["helpUri"].as_str().unwrap();
        assert!(page.starts_with("https://") && page.ends_with(code.docs()), "{page}");
        assert!(
            ["note", "warning", "error"].contains(&rule["defaultConfiguration"]["level"].as_str().unwrap())
        );
    }
    let results = run["results"].as_array().unwrap();
    let levels: Vec<&str> = results.iter().map(|result| result["level"].as_str().unwrap()).collect();
    assert!(levels.contains(&"note") && levels.contains(&"warning"), "{levels:?}");
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let place = &result["locations"][0]["physicalLocation"];
        let artifact = usize::try_from(place["artifactLocation"]["index"].as_u64().unwrap()).unwrap();
        assert_eq!(run["artifacts"][artifact]["location"]["uri"], place["artifactLocation"]["uri"]);
        let number = |name: &str| place["region"][name].as_u64().unwrap();
        assert!(number("startLine") >= 1 && number("startColumn") >= 1);
        assert!(number("endColumn") > number("startColumn"));
        let quoted = place["contextRegion"]["snippet"]["text"].as_str().unwrap();
        assert_eq!(place["contextRegion"]["startLine"], place["region"]["startLine"]);
        assert!(text("routes.yaml").lines().any(|line| line == quoted), "{quoted}");
    }
}

#[test]
fn file_names_are_references_in_sarif() {
    let file = "a b\\c#%ä.yaml";
    let printed = Texts::default().render(&found(file, "kind: ["), Format::Sarif);
    let log: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(log["runs"][0]["artifacts"][0]["location"]["uri"], "a%20b/c%23%25%C3%A4.yaml");
}

#[test]
fn nothing_found_is_still_a_whole_answer() {
    let render = |format| Texts::default().render(&[], format);
    assert_eq!(render(Format::Text), "");
    assert_eq!(render(Format::Json), "[]\n");
    let log: Value = serde_json::from_str(&render(Format::Sarif)).unwrap();
    assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
}

/// A reference to what is not there is only suspicious where its kind is at home.
#[test]
fn what_may_live_in_another_file_weighs_less() {
    let route = "apiVersion: aigateway.envoyproxy.io/v1beta1\nkind: AIGatewayRoute\nmetadata: {name: r}\nspec: {rules: [{backendRefs: [{name: cloud}]}]}\n";
    let backend = |name: &str, namespace: &str| {
        format!(
            "---\napiVersion: aigateway.envoyproxy.io/v1beta1\nkind: AIServiceBackend\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec: {{schema: {{name: OpenAI}}, backendRef: {{name: s, port: 1}}}}\n"
        )
    };
    for (others, severity, help) in [
        (String::new(), Severity::Info, "load the object too"),
        (backend("unlike", "other"), Severity::Info, "load the object too"),
        (backend("unlike", "default"), Severity::Warning, "load the object too"),
        (backend("clowd", "default"), Severity::Warning, "did you mean `clowd`?"),
        (backend("cloud", "other"), Severity::Warning, "did you mean the one in namespace `other`?"),
    ] {
        let found = found("manifest", &format!("{route}{others}"));
        let [only] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((only.code(), only.severity()), (Code::NotFound, severity), "{others}");
        assert!(only.help().starts_with(help), "{}", only.help());
    }
}

/// A filter that is not there may live in another file too. It is still a filter that cannot be followed.
#[test]
fn a_filter_that_may_live_in_another_file_weighs_less() {
    let filter = |name: &str| {
        format!(
            "---\napiVersion: gateway.envoyproxy.io/v1alpha1\nkind: HTTPRouteFilter\nmetadata: {{name: {name}}}\nspec: {{}}\n"
        )
    };
    let route = |kind: &str| {
        format!(
            "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: r}}\nspec: {{rules: [{{filters: [{{type: ExtensionRef, extensionRef: {{group: gateway.envoyproxy.io, kind: {kind}, name: to-v2}}}}]}}]}}\n"
        )
    };
    let named = "HTTPRouteFilter";
    for (kind, others, severity, help) in [
        (named, String::new(), Severity::Info, "load the object too"),
        (named, filter("unlike"), Severity::Warning, "load the object too"),
        (named, filter("to-v1"), Severity::Warning, "did you mean `to-v1`?"),
        ("HTTPRouteFitler", filter("to-v2"), Severity::Warning, "did you mean `HTTPRouteFilter`?"),
    ] {
        let found = found("manifest", &format!("{}{others}", route(kind)));
        let [only] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((only.code(), only.severity()), (Code::BadFilter, severity), "{kind} {others}");
        assert!(only.help().starts_with(help), "{}", only.help());
    }
}

/// Ten thousand wrong names among ten thousand right ones: guessing has a bound, and so has this test.
#[test]
fn many_wrong_names_stay_fast() {
    use std::fmt::Write;
    let mut text = String::from(
        "apiVersion: aigateway.envoyproxy.io/v1beta1\nkind: AIGatewayRoute\nmetadata: {name: r}\nspec:\n  rules:\n",
    );
    for number in 0..10_000 {
        writeln!(text, "    - {{backendRefs: [{{name: bakcend-{number:05}, wieght: 1}}]}}").unwrap();
    }
    for number in 0..2_000 {
        writeln!(
            text,
            "---\napiVersion: aigateway.envoyproxy.io/v1beta1\nkind: AIServiceBackend\nmetadata: {{name: backend-{number:05}}}\nspec: {{schema: {{name: OpenAI}}, backendRef: {{name: s, port: 1}}}}"
        )
        .unwrap();
    }
    let began = std::time::Instant::now();
    let found = found("manifest", &text);
    let took = began.elapsed();
    let of = |code: Code| found.iter().filter(|found| found.code() == code).count();
    assert_eq!((of(Code::NotFound), of(Code::Misspelled)), (10_000, 50));
    let guessed = found.iter().filter(|found| found.help().contains("did you mean `backend-")).count();
    assert_eq!(guessed, 1_000, "two million names are compared, two thousand for each");
    // Debug builds on a busy machine take two seconds; comparing every pair would take minutes.
    assert!(took.as_secs() < 20, "{took:?}");
}
