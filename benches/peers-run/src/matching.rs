//! Finding the rule of a request by its path.

use std::fmt::Write;

use inferroute::{Options, Request, Strategy};

use crate::measure::Contender;
use crate::ours::{self, NO_HEADERS, NOW};
use crate::report::Report;

pub fn run(report: &mut Report) {
    report.group(
        "Find the rule",
        &[
            "inferroute: the whole decision by an HTTPRoute of so many exact paths, with backendRef and an endpoint by chance. matchit: `at`, paths alone; it knows",
            "no methods, headers, precedence or regular expressions, and answers with a value, not with an endpoint.",
        ],
    );
    for rules in [10, 100, 1_000] {
        let paths: Vec<String> = (0..rules).map(|n| format!("/v1/tenants/{n}/chat/completions")).collect();
        let router =
            ours::on(&route(&paths), 8, &Options::default().strategy(Strategy::Random).fallback_endpoints(0));
        let mut routes = matchit::Router::new();
        for (n, path) in paths.iter().enumerate() {
            routes.insert(path, n).expect("paths differ");
        }
        let (mut first, mut second) = (0, 0);
        let next = |turn: &mut usize| {
            *turn = (*turn + 7) % rules;
            *turn
        };
        let decision =
            router.decide(&Request::new(&NO_HEADERS).path(&paths[3]), NOW).expect("there is a rule");
        assert_eq!(decision.rule(), 3);
        report.measure(
            &format!("{rules} paths"),
            vec![
                Contender::new("inferroute, the whole decision", || {
                    router.decide(&Request::new(&NO_HEADERS).path(&paths[next(&mut first)]), NOW).is_ok()
                }),
                Contender::new("matchit, the path alone", || {
                    *routes.at(&paths[next(&mut second)]).expect("there is a rule").value
                }),
            ],
        );
    }
}

fn route(paths: &[String]) -> String {
    let mut text = "\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: chat}
spec:
  rules:
"
    .to_owned();
    for path in paths {
        _ = writeln!(text, "    - matches: [{{path: {{type: Exact, value: {path}}}}}]");
        _ = writeln!(
            text,
            "      backendRefs: [{{group: inference.networking.k8s.io, kind: InferencePool, name: gpus}}]"
        );
    }
    text
}
