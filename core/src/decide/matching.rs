//! Which rule the request falls under: values are gathered once, then looked up in the matcher's tables.

use super::path;
use crate::decision::Place;
use crate::plan::{Field, Fields, Matcher, Plan};
use crate::request::{Found, Request};
use crate::trace::{Step, Trace};

/// Values kept on the stack: most plans read one to three names, hardly any reads more than 64.
const FEW: usize = 8;
const MANY: usize = 64;

/// Room on the stack for header values that have to be written anew.
const REWRITTEN: usize = 4096;

/// The rule that leads to the pool of this name and nowhere else.
pub(super) fn of_pool<T: Trace>(plan: &Plan, pool: &str, trace: &mut T) -> Option<Place> {
    let at = Place { rule: *plan.pool_rules.get(pool)?, match_index: 0 };
    trace.record(Step::Match { route: pool, rule: plan.rules[at.rule].index, match_index: 0, miss: None });
    Some(at)
}

/// The first match, in order of precedence, that holds.
pub(super) fn find<T: Trace>(plan: &Plan, request: &Request<'_>, trace: &mut T) -> Option<Place> {
    let matcher = match request.client_namespace {
        Some(client) => plan.scopes.services.of(client, request.host?, request.port)?,
        None => plan.scopes.of(request.gateway, request.port, || request.host.map(without_port))?,
    };
    let search = Search { plan, matcher, fields: &plan.scopes.fields, request };
    match search.fields.len() {
        fields if fields <= FEW => search.gather(&mut [None; FEW], trace),
        fields if fields <= MANY => search.gather(&mut [None; MANY], trace),
        fields => search.gather(&mut vec![None; fields], trace),
    }
}

/// The search for one request.
struct Search<'a, 'r> {
    plan: &'a Plan,
    matcher: &'a Matcher,
    fields: &'a Fields,
    request: &'a Request<'r>,
}

/// What a request holds in a field.
enum Value<'r> {
    Absent,
    AsIs(&'r [u8]),
    /// A repeated header, to be joined, or a host with capitals, to be lowered.
    Rewritten,
}

impl<'r> Search<'_, 'r> {
    fn gather<T: Trace>(&self, values: &mut [Option<&'r [u8]>], trace: &mut T) -> Option<Place> {
        let mut rewrite = false;
        for (field, slot) in self.fields.iter().zip(values.iter_mut()) {
            match self.value(field) {
                Value::Absent => {}
                Value::AsIs(value) => *slot = Some(value),
                Value::Rewritten => rewrite = true,
            }
        }
        if rewrite { self.with_rewritten(values, trace) } else { self.run(values, trace) }
    }

    #[inline]
    fn value(&self, field: &Field) -> Value<'r> {
        let request = self.request;
        let found = match (field, request.model) {
            (Field::Model(_), Some(model)) => Some(model.as_bytes()),
            (Field::Header(name) | Field::Model(name), _) => match request.headers.find(name) {
                Found::Absent => None,
                Found::One(value) => Some(value),
                Found::Several => return Value::Rewritten,
            },
            (Field::Host, _) => match request.host.map(without_port) {
                Some(host) if host.iter().any(u8::is_ascii_uppercase) => return Value::Rewritten,
                host => host,
            },
            (Field::Method, _) => Some(request.method.as_bytes()),
            (Field::Path, _) => Some(path::without_query(request.path).as_bytes()),
            (Field::PathPrefix(segments), _) => path::prefix(request.path, *segments).map(str::as_bytes),
            (Field::Query(name), _) => path::query_value(request.path, name).map(str::as_bytes),
        };
        found.map_or(Value::Absent, Value::AsIs)
    }

    /// The rare way: values that do not stand in the request as they are compared are written out first.
    #[cold]
    #[inline(never)]
    fn with_rewritten<T: Trace>(&self, values: &[Option<&'r [u8]>], trace: &mut T) -> Option<Place> {
        let rewritten = || self.fields.iter().filter(|field| matches!(self.value(field), Value::Rewritten));
        let needed: usize =
            rewritten().flat_map(|field| self.pieces(field)).map(|piece| piece.len() + 1).sum();
        let (mut near, mut far);
        let mut room: &mut [u8] = if needed <= REWRITTEN {
            near = [0; REWRITTEN];
            &mut near
        } else {
            far = vec![0; needed];
            &mut far
        };
        let (mut few, mut many, mut more);
        let all: &mut [Option<&[u8]>] = match values.len() {
            FEW => {
                few = [None; FEW];
                &mut few
            }
            MANY => {
                many = [None; MANY];
                &mut many
            }
            fields => {
                more = vec![None; fields];
                &mut more
            }
        };
        all.copy_from_slice(values);
        for (field, slot) in self.fields.iter().zip(all.iter_mut()) {
            if matches!(self.value(field), Value::Rewritten) {
                let written = self.write(field, room);
                let (done, rest) = std::mem::take(&mut room).split_at_mut(written);
                room = rest;
                *slot = Some(done);
            }
        }
        self.run(all, trace)
    }

    /// The pieces that, joined by commas, are the value of a field.
    fn pieces(&self, field: &Field) -> impl Iterator<Item = &'r [u8]> {
        let headers = self.request.headers;
        let host = self.request.host.map(without_port).filter(|_| matches!(field, Field::Host));
        let values = field.header_name().map(|name| (0..).map_while(|nth| headers.nth(name, nth)));
        host.into_iter().chain(values.into_iter().flatten())
    }

    /// Writes the value of a field to the beginning of `room` and says how long it is.
    fn write(&self, field: &Field, room: &mut [u8]) -> usize {
        let mut at = 0;
        for (position, piece) in self.pieces(field).enumerate() {
            let comma: &[u8] = if position > 0 { b"," } else { b"" };
            for part in [comma, piece] {
                // A `Headers` that answers differently when asked again must not take the decision down.
                let Some(place) = room.get_mut(at..at + part.len()) else { return at };
                place.copy_from_slice(part);
                at += part.len();
            }
        }
        if let (Field::Host, Some(host)) = (field, room.get_mut(..at)) {
            host.make_ascii_lowercase();
        }
        at
    }

    fn run<T: Trace>(&self, values: &[Option<&[u8]>], trace: &mut T) -> Option<Place> {
        let found = self.matcher.search(self.fields, values);
        if T::ON {
            self.tell(values, trace);
        }
        found.map(|entry| Place { rule: entry.rule, match_index: entry.match_index })
    }

    /// Every match up to the first that holds, by the same test the search makes.
    fn tell<T: Trace>(&self, values: &[Option<&[u8]>], trace: &mut T) {
        for entry in self.matcher.entries() {
            let rule = &self.plan.rules[entry.rule];
            let route = self.plan.routes[rule.route].as_str();
            let miss = entry.miss(self.fields, values);
            trace.record(Step::Match { route, rule: rule.index, match_index: entry.match_index, miss });
            if miss.is_none() {
                break;
            }
        }
    }
}

/// `example.com` of `example.com:8080`, `[::1]` of `[::1]:8080`.
fn without_port(host: &str) -> &[u8] {
    let bytes = host.as_bytes();
    // Most hosts name no port and end in a letter.
    let digits = bytes.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    match bytes.get(..bytes.len() - digits) {
        Some([name @ .., b':']) => name,
        _ => bytes,
    }
}
