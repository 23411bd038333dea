//! Which rule the request falls under: values are gathered once, then looked up in the matcher's tables.

use crate::decision::Place;
use crate::plan::{HeaderName, Matcher, Plan, Role};
use crate::request::{Found, Request};
use crate::trace::{Step, Trace};

/// Values kept on the stack: most plans read one to three names, hardly any reads more than 64.
const FEW: usize = 8;
const MANY: usize = 64;

/// Room on the stack for header values that have to be written anew.
const REWRITTEN: usize = 4096;

/// The first match, in order of precedence, that holds.
pub(super) fn find<T: Trace>(plan: &Plan, request: &Request<'_>, trace: &mut T) -> Option<Place> {
    match plan.matcher.names().len() {
        names if names <= FEW => gather(plan, request, &mut [None; FEW], trace),
        names if names <= MANY => gather(plan, request, &mut [None; MANY], trace),
        names => gather(plan, request, &mut vec![None; names], trace),
    }
}

fn gather<'r, T: Trace>(
    plan: &Plan,
    request: &Request<'r>,
    values: &mut [Option<&'r [u8]>],
    trace: &mut T,
) -> Option<Place> {
    let mut rewrite = false;
    for (name, slot) in plan.matcher.names().iter().zip(values.iter_mut()) {
        match value(request, name) {
            Value::Absent => {}
            Value::AsIs(value) => *slot = Some(value),
            Value::Rewritten => rewrite = true,
        }
    }
    if rewrite { with_rewritten(plan, request, values, trace) } else { search(plan, values, trace) }
}

/// What a request holds under a name.
enum Value<'r> {
    Absent,
    AsIs(&'r [u8]),
    /// A repeated header, to be joined, or a host with capitals, to be lowered.
    Rewritten,
}

#[inline]
fn value<'r>(request: &Request<'r>, name: &HeaderName) -> Value<'r> {
    match (name.role(), request.model) {
        (Role::Host, _) => match request.host.map(without_port) {
            None => Value::Absent,
            Some(host) if host.iter().any(u8::is_ascii_uppercase) => Value::Rewritten,
            Some(host) => Value::AsIs(host),
        },
        (Role::Model, Some(model)) => Value::AsIs(model.as_bytes()),
        _ => match request.headers.find(name) {
            Found::Absent => Value::Absent,
            Found::One(value) => Value::AsIs(value),
            Found::Several => Value::Rewritten,
        },
    }
}

/// The rare way: values that do not stand in the request as they are compared are written out first.
#[cold]
#[inline(never)]
fn with_rewritten<'r, T: Trace>(
    plan: &Plan,
    request: &Request<'r>,
    values: &mut [Option<&'r [u8]>],
    trace: &mut T,
) -> Option<Place> {
    let names =
        || plan.matcher.names().iter().filter(|name| matches!(value(request, name), Value::Rewritten));
    let needed =
        names().map(|name| pieces(request, name).map(|piece| piece.len() + 1).sum::<usize>()).sum::<usize>();
    let (mut near, mut far);
    let mut room: &mut [u8] = if needed <= REWRITTEN {
        near = [0; REWRITTEN];
        &mut near
    } else {
        far = vec![0; needed];
        &mut far
    };
    let mut few = [None; FEW];
    let mut many = [None; MANY];
    let mut more = Vec::new();
    let all: &mut [Option<&[u8]>] = match values.len() {
        FEW => &mut few,
        MANY => &mut many,
        names => {
            more.resize(names, None);
            &mut more
        }
    };
    all.copy_from_slice(values);
    for (name, slot) in plan.matcher.names().iter().zip(all.iter_mut()) {
        if matches!(value(request, name), Value::Rewritten) {
            let written = write(request, name, room);
            let (done, rest) = std::mem::take(&mut room).split_at_mut(written);
            room = rest;
            *slot = Some(done);
        }
    }
    search(plan, all, trace)
}

/// The pieces that, joined by commas, are the value of a name.
fn pieces<'r>(request: &Request<'r>, name: &HeaderName) -> impl Iterator<Item = &'r [u8]> {
    let is_host = name.role() == Role::Host;
    let host = request.host.map(without_port).filter(|_| is_host);
    let headers = request.headers;
    let mut nth = 0;
    let header = std::iter::from_fn(move || {
        let piece = if is_host { None } else { headers.nth(name, nth) };
        nth += 1;
        piece
    });
    host.into_iter().chain(header)
}

/// Writes the value of a name to the beginning of `room` and says how long it is.
fn write(request: &Request<'_>, name: &HeaderName, room: &mut [u8]) -> usize {
    let mut at = 0;
    for (position, piece) in pieces(request, name).enumerate() {
        let comma: &[u8] = if position > 0 { b"," } else { b"" };
        for part in [comma, piece] {
            // A `Headers` that answers differently when asked again must not take the decision down.
            let Some(place) = room.get_mut(at..at + part.len()) else { return at };
            place.copy_from_slice(part);
            at += part.len();
        }
    }
    if let (Role::Host, Some(host)) = (name.role(), room.get_mut(..at)) {
        host.make_ascii_lowercase();
    }
    at
}

/// `example.com` of `example.com:8080`, `[::1]` of `[::1]:8080`.
fn without_port(host: &str) -> &[u8] {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name.as_bytes(),
        _ => host.as_bytes(),
    }
}

fn search<T: Trace>(plan: &Plan, values: &[Option<&[u8]>], trace: &mut T) -> Option<Place> {
    let found = plan.matcher.search(values);
    if T::ON {
        tell(plan, &plan.matcher, values, trace);
    }
    found.map(|entry| Place { rule: entry.rule, match_index: entry.match_index })
}

/// Every match up to the first that holds, by the same test the search makes.
fn tell<T: Trace>(plan: &Plan, matcher: &Matcher, values: &[Option<&[u8]>], trace: &mut T) {
    for entry in matcher.entries() {
        let rule = &plan.rules[entry.rule];
        let route = plan.routes[rule.route].as_str();
        let miss = matcher.miss(entry, values);
        trace.record(Step::Match { route, rule: rule.index, match_index: entry.match_index, miss });
        if miss.is_none() {
            break;
        }
    }
}
