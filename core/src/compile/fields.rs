//! Numbers for the parts of a request that the matches of a plan look at.

use std::collections::BTreeSet;

use super::conditions::{MatchTests, PathKind};
use super::objects::Objects;
use crate::ids::{Ix, NameIx};
use crate::plan::{Condition, Field, Fields, HostPattern, Test};

/// All fields in the order of their numbers: headers, then query parameters, prefixes, path, method, host.
pub(super) struct FieldNames {
    headers: Vec<String>,
    query: Vec<String>,
    prefixes: Vec<usize>,
    has_path: bool,
    has_method: bool,
    has_host: bool,
}

impl FieldNames {
    pub(super) fn collect<'t>(objects: &Objects<'_>, tests: impl Iterator<Item = &'t MatchTests>) -> Self {
        let (mut headers, mut query, mut prefixes) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let (mut has_path, mut has_method) = (false, false);
        for test in tests {
            headers.extend(test.headers.iter().map(|(name, _)| name.clone()));
            query.extend(test.query.iter().map(|(name, _)| name.clone()));
            has_method |= test.method.is_some();
            match &test.path {
                Some(Ok(PathKind::Prefix(segments, _))) => _ = prefixes.insert(*segments),
                Some(_) => has_path = true,
                None => {}
            }
        }
        let own = objects.gateways.iter().flat_map(|gateway| &gateway.object.spec.listeners);
        let listeners = own.chain(objects.listener_sets.iter().flat_map(|set| &set.object.spec.listeners));
        let has_host = objects.routes.iter().any(|route| !route.hostnames.is_empty())
            || listeners.into_iter().any(|listener| listener.hostname.is_some());
        Self {
            headers: headers.into_iter().collect(),
            query: query.into_iter().collect(),
            prefixes: prefixes.into_iter().collect(),
            has_path,
            has_method,
            has_host,
        }
    }

    pub(super) fn fields(&self) -> Fields {
        let headers = self.headers.iter().enumerate().map(|(index, name)| Field::header(name, index));
        let query = self.query.iter().map(|name| Field::Query(name.as_str().into()));
        let prefixes = self.prefixes.iter().map(|segments| Field::PathPrefix(*segments));
        let single =
            [(self.has_path, Field::Path), (self.has_method, Field::Method), (self.has_host, Field::Host)];
        let single = single.into_iter().filter(|(present, _)| *present).map(|(_, field)| field);
        headers.chain(query).chain(prefixes).chain(single).collect()
    }

    /// The conditions of a match under a hostname, in the order in which a matcher wants them.
    pub(super) fn conditions(
        &self,
        tests: &MatchTests,
        host: Option<&str>,
    ) -> (Box<[Condition]>, Option<HostPattern>) {
        let mut conditions: Vec<Condition> = Vec::new();
        let mut add =
            |number: usize, test: Test| conditions.push(Condition { name: NameIx::new(number), test });
        for (name, test) in &tests.headers {
            add(place(&self.headers, name), test.clone());
        }
        let before_query = self.headers.len();
        for (name, test) in &tests.query {
            add(before_query + place(&self.query, name), test.clone());
        }
        let before_prefixes = before_query + self.query.len();
        let path = before_prefixes + self.prefixes.len();
        match &tests.path {
            None => {}
            Some(Ok(PathKind::Prefix(segments, prefix))) => {
                add(before_prefixes + place(&self.prefixes, segments), Test::Exact(prefix.as_bytes().into()));
            }
            Some(Ok(PathKind::Exact(exact))) => add(path, Test::Exact(exact.as_bytes().into())),
            Some(Err(pattern)) => add(path, Test::Pattern(pattern.clone())),
        }
        let method = path + usize::from(self.has_path);
        if let Some(wanted) = &tests.method {
            add(method, Test::Exact(wanted.as_bytes().into()));
        }
        let host_number = method + usize::from(self.has_method);
        let mut pattern = None;
        match host.map(str::to_ascii_lowercase) {
            None => {}
            Some(host) => match host.strip_prefix('*') {
                Some(suffix) => {
                    pattern = Some(HostPattern {
                        name: NameIx::new(host_number),
                        suffix: suffix.as_bytes().into(),
                    });
                }
                None => add(host_number, Test::Exact(host.as_bytes().into())),
            },
        }
        conditions.sort_by_key(|condition| (matches!(condition.test, Test::Pattern(_)), condition.name));
        (conditions.into(), pattern)
    }
}

/// The place of a name in a sorted list that was collected from the very matches it is asked for.
fn place<T: Ord>(sorted: &[T], name: &T) -> usize {
    sorted.binary_search(name).unwrap_or_default()
}
