//! Any text either loads or is refused with places and codes; what loads decides without a panic, and explains the same decision.

#![no_main]

use inferroute::{Manifests, Nanos, Options, Request, Router};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut manifests = Manifests::default();
    manifests.add("fuzz", text);
    match manifests.compile(&Options::default()) {
        Ok(plan) => {
            let names: Vec<String> = plan.header_names().map(|name| name.as_str().to_owned()).collect();
            let headers: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
            let router = Router::new(plan, 1);
            for request in
                [Request::new(&headers), Request::new(&headers).host("A.example.com:80").model("m")]
            {
                let explained = router.explain(&request, Nanos::new(0));
                match router.decide(&request, Nanos::new(0)) {
                    Ok(decision) => assert_eq!(decision.seed(), explained.seed()),
                    Err(no_route) => assert!(explained.outcome().contains(no_route.reason().as_str())),
                }
            }
        }
        Err(problems) => {
            let lines = text.matches(['\n', '\r']).count() + 2;
            for problem in &problems {
                assert!(problem.line() >= 1 && problem.column() >= 1, "{problem}");
                assert!(usize::try_from(problem.line()).is_ok_and(|line| line <= lines), "{problem}");
                assert!(!problem.help().is_empty(), "{problem}");
            }
        }
    }
});
