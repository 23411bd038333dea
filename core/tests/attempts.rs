//! What a host does for each attempt of a request: the decision's primary, then its fallbacks.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use inferroute::{Manifests, Nanos, Options, Request, Router};

/// Each backendRef rewrites the prefix in its own way.
const MANIFESTS: &str = "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: chat}
spec:
  rules:
    - matches: [{path: {type: PathPrefix, value: /chat}}]
      backendRefs:
        - name: a
          port: 80
          filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /of-a}}}]
        - name: b
          port: 80
          filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /of-b}}}]
";

#[test]
fn a_ticket_names_the_attempt_under_way_with_a_path_of_its_own() {
    let router =
        Router::new(Manifests::from_yaml(MANIFESTS).unwrap().compile(&Options::default()).unwrap(), 1);
    let headers: [(&str, &str); 0] = [];
    let request = Request::new(&headers).path("/chat/completions?x=1");
    for second in 0..8 {
        let now = Nanos::new(second * 1_000_000_000);
        let mut ticket = router.route(&request, now).unwrap();
        let first = ticket.attempt().endpoint().to_owned();
        assert_eq!(first, ticket.decision().endpoint());
        assert_eq!(ticket.attempt().path(&request), ticket.decision().path(&request));
        assert!(ticket.fall_back(now).is_some());
        assert_ne!(ticket.attempt().endpoint(), first);
        let name = ticket.attempt().backend().name;
        assert_eq!(ticket.attempt().path(&request), format!("/of-{name}/completions?x=1"));
        // The decision stays what it was, and so does the attempt where nothing is left to try.
        assert_eq!(ticket.decision().endpoint(), first);
        let last = ticket.attempt().endpoint().to_owned();
        assert!(ticket.fall_back(now).is_none());
        assert_eq!(ticket.attempt().endpoint(), last);
    }
}
