//! The array of numbers that a decision crosses the border with. `lib/native.js` holds the other half of this table.

use std::iter;
use std::ops::Deref;

use inferroute::{AttemptView, Criticality, Decision, Nanos, NoRoute, Reason, State};

use crate::border::{Call, Shared};
use crate::models::Models;

/// Where the buffer of the shared numbers stands among the arguments.
const AT: usize = 0;

/// Stands for "none" where a number may be absent.
const NONE: u32 = u32::MAX;

/// Numbers of a decision before those of its attempts.
const HEAD: usize = 17;

/// Fallbacks that cross; a decision has no more.
const FALLBACKS: usize = 7;

/// Bytes of texts that have room behind all numbers.
const TEXT_ROOM: usize = 128;

/// Numbers of one attempt.
const ATTEMPT: usize = 3;

/// Numbers of a decision. Behind them stands what a call asks.
pub(crate) const DECISION: usize = HEAD + ATTEMPT * (1 + FALLBACKS);

/// Where the numbers of a decision or a refusal are written.
#[derive(Clone, Copy)]
pub(crate) struct Row<'c> {
    shared: Shared<'c>,
    first: usize,
}

impl<'c> Row<'c> {
    /// Row number `index` of an array of rows.
    pub(crate) fn of(shared: Shared<'c>, index: usize) -> Self {
        Self { shared, first: index.saturating_mul(DECISION) }
    }

    fn write<const N: usize>(&self, at: usize, numbers: [u32; N]) {
        self.shared.write(self.first.saturating_add(at), numbers);
    }
}

/// What an answer is.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    NoRoute,
    Redirect,
    Route,
    DirectResponse,
}

impl Kind {
    fn number(self) -> u32 {
        match self {
            Self::NoRoute => 0,
            Self::Redirect => 1,
            Self::Route => 2,
            Self::DirectResponse => 3,
        }
    }
}

/// The reasons, each at the number that crosses the border.
pub(crate) const REASONS: [Reason; 15] = [
    Reason::NoRule,
    Reason::UnknownModel,
    Reason::NoBackendRefs,
    Reason::NoWeight,
    Reason::BackendNotFound,
    Reason::RefNotPermitted,
    Reason::BadFilter,
    Reason::Redirect,
    Reason::DirectResponse,
    Reason::PoolEmpty,
    Reason::NoReadyEndpoint,
    Reason::NoEndpointInSubset,
    Reason::NoEndpointLeft,
    Reason::Saturated,
    Reason::NoProfile,
];

/// Something that a request may have. Only what it has is read from the arguments.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    Seed,
    Port,
    Prompt,
    /// Images, audio or video.
    Media,
    /// Nothing: it is only counted, and sent nowhere.
    OnlyCounted,
    /// Headers that were sent several times.
    Repeated,
    /// Anything beside headers and a time.
    Options,
}

impl Part {
    /// Its bit in the first number.
    fn bit(self) -> u32 {
        match self {
            Self::Seed => 1,
            Self::Port => 1 << 1,
            Self::Prompt => 1 << 2,
            Self::Media => 1 << 3,
            Self::OnlyCounted => 1 << 4,
            Self::Repeated => 1 << 5,
            Self::Options => 1 << 6,
        }
    }
}

/// What JavaScript wrote: `[parts, now low, now high, seed low, seed high, port, tokens of the prompt or 0, bytes of texts behind all numbers, router]`.
pub(crate) struct Given<'c> {
    shared: Shared<'c>,
    parts: u32,
    pub(crate) now: Nanos,
    seed: u64,
    port: u32,
    pub(crate) prompt_tokens: u32,
    text_bytes: u32,
    router: u32,
}

impl<'c> Given<'c> {
    pub(crate) fn of(call: &'c Call) -> Self {
        let shared = call.shared(AT);
        let [parts, now_low, now_high, seed_low, seed_high, port, prompt_tokens, text_bytes, router] =
            shared.read().unwrap_or_default();
        Self {
            shared,
            parts,
            now: Nanos::new(join(now_low, now_high)),
            seed: join(seed_low, seed_high),
            port,
            prompt_tokens,
            text_bytes,
            router,
        }
    }

    /// The number of the router that is asked.
    pub(crate) fn router(&self) -> Option<usize> {
        usize::try_from(self.router).ok()
    }

    /// The numbers of the request, which stand in the shared buffer behind those of a decision. None where it is smaller.
    pub(crate) fn read_row(&self, row: usize, to: &mut Vec<u32>) {
        self.shared.read_all(DECISION, row, to);
    }

    /// The texts of the request, all ASCII, which stand behind its `row` numbers. `None` where they come as an argument.
    pub(crate) fn read_texts(&self, row: usize, to: &mut Vec<u8>) -> Option<()> {
        let count = Some(self.text_bytes).filter(|count| *count != NONE)?;
        self.shared.read_bytes(DECISION + row, usize::try_from(count).ok()?.min(TEXT_ROOM), to);
        Some(())
    }

    /// What a request of a batch has, of which `said` begins as [`Batch`](crate::batch::Batch) has it. The time is that of the batch.
    pub(crate) fn of_batch(&self, said: &[u32]) -> Self {
        let (parts, port, prompt_tokens) = match *said {
            [parts, port, prompt_tokens, ..] => (parts, port, prompt_tokens),
            _ => (0, 0, 0),
        };
        Self { parts, seed: 0, port, prompt_tokens, ..*self }
    }

    /// Where the numbers of the answer go.
    pub(crate) fn row(&self) -> Row<'c> {
        Row::of(self.shared, 0)
    }

    pub(crate) fn has(&self, part: Part) -> bool {
        self.parts & part.bit() != 0
    }

    /// The caller's own seed, where there is one.
    pub(crate) fn seed(&self) -> Option<u64> {
        self.has(Part::Seed).then_some(self.seed)
    }

    pub(crate) fn port(&self) -> Option<u16> {
        if self.has(Part::Port) { u16::try_from(self.port).ok() } else { None }
    }
}

/// The model of an attempt: 0 for the one the client named, 1 for the one in the table of the rule's backendRefs, 2 and more for the drawn one of the
/// number that is 2 smaller.
fn model_number(attempt: &AttemptView<'_>, models: &mut Models) -> u32 {
    match attempt.model_override() {
        None => 0,
        Some(drawn) if attempt.pool().is_some() => number(models.number(drawn).checked_add(2)),
        Some(_) => 1,
    }
}

/// Writes `[version low, high, seed low, high, rule, match, criticality, priority, ticket, drawn models known, whether the path changes, attempts, tokens
/// of the prompt, those of them in the cache, endpoint that prefills, endpoint that encodes, kind]`, then `[backendRef, endpoint, model]` of each attempt. The
/// first one is the decision itself, the others are its fallbacks.
pub(crate) fn of_decision<S: Deref<Target = State>>(
    decision: &Decision<S>,
    ticket: Option<usize>,
    models: &mut Models,
    path_changes: bool,
    row: Row<'_>,
) {
    let mut count = 0;
    for attempt in iter::once(decision.primary()).chain(decision.fallbacks()).take(1 + FALLBACKS) {
        let (backend_ref, endpoint) = (attempt.backend_ref_index(), attempt.endpoint_number());
        let numbers = [number(Some(backend_ref)), number(Some(endpoint)), model_number(&attempt, models)];
        row.write(HEAD + ATTEMPT * count, numbers);
        count += 1;
    }
    let [version_low, version_high] = split(decision.state_version());
    let [seed_low, seed_high] = split(decision.seed());
    let criticality = match decision.criticality() {
        None => 0,
        Some(Criticality::Sheddable) => 1,
        Some(Criticality::Standard) => 2,
        Some(Criticality::Critical) => 3,
    };
    let head: [u32; HEAD] = [
        version_low,
        version_high,
        seed_low,
        seed_high,
        number(Some(decision.rule_number())),
        number(Some(decision.match_index())),
        criticality,
        u32::from_le_bytes(decision.priority().to_le_bytes()),
        number(ticket),
        number(Some(models.len())),
        path_changes.into(),
        number(Some(count)),
        decision.prompt_tokens(),
        decision.cached_tokens(),
        number(decision.prefill_number()),
        number(decision.encode_number()),
        Kind::Route.number(),
    ];
    row.write(0, head);
}

/// Writes `[0, 0, seed low, high, rule or none, reason, status]`, and the kind where a decision has it.
pub(crate) fn of_no_route(no_route: &NoRoute, kind: Kind, row: Row<'_>) {
    let [seed_low, seed_high] = split(no_route.seed());
    let reason = REASONS.iter().position(|reason| *reason == no_route.reason());
    let (rule, reason, status) = (number(no_route.rule_number()), number(reason), no_route.status().into());
    row.write(0, [0, 0, seed_low, seed_high, rule, reason, status]);
    row.write(HEAD - 1, [kind.number()]);
}

fn number(value: Option<usize>) -> u32 {
    value.and_then(|value| u32::try_from(value).ok()).unwrap_or(NONE)
}

fn join(low: u32, high: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

fn split(value: u64) -> [u32; 2] {
    let [a, b, c, d, e, f, g, h] = value.to_le_bytes();
    [u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h])]
}
