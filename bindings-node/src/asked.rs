//! What a call asks: the texts of a request, copied from JavaScript into one buffer.

use std::ops::Range;

use inferroute::{Found, HeaderName, Headers, Prompt, Request};

use crate::batch::{PARTS, TEXT_PARTS};
use crate::border::Call;
use crate::words::{Given, Part};

/// The texts of a request, where they stand in one buffer that calls share.
#[derive(Default)]
pub(crate) struct Asked {
    /// The shared numbers of a call.
    numbers: Vec<u32>,
    bytes: Vec<u8>,
    /// The texts beside those of headers, in the order in which they cross; only looked at where `has_options`, as most requests have none.
    options: [Option<Range<usize>>; TEXT_PARTS],
    has_options: bool,
    port: Option<u16>,
    prompt_tokens: u32,
    /// The prompt, where it is text.
    prompt: Option<Range<usize>>,
    values: Vec<Option<Range<usize>>>,
    /// Whether a header was sent several times. Its value then is all of them with [`BETWEEN`] between them.
    has_repeated: bool,
    /// Where the next text of a batch begins.
    next: usize,
    /// Whether all texts of a batch are ASCII, so that they are as long here as in JavaScript.
    is_ascii: bool,
}

/// Arguments of calls that ask: the shared numbers with what the request has behind them, its texts where those do not stand there too, and its prompt.
const TEXTS: usize = 1;
const PROMPT: usize = 2;

/// Stands between the values of a header that was sent several times; `lib/headers.js` has the same.
const BETWEEN: u8 = 0;

/// A buffer that one giant header made larger than this is given back.
const KEPT_BYTES: usize = 64 * 1024;

impl Asked {
    /// Reads the request of a call, of a plan that reads so many header names.
    pub(crate) fn read(&mut self, call: &Call, given: &Given<'_>, names: usize) {
        let row = PARTS + TEXT_PARTS + names;
        let mut numbers = std::mem::take(&mut self.numbers);
        given.read_row(row, &mut numbers);
        self.clear();
        match given.read_texts(row, &mut self.bytes) {
            Some(()) => (self.next, self.is_ascii) = (0, true),
            None => self.read_texts(call, TEXTS),
        }
        self.take(&numbers, given);
        self.numbers = numbers;
        self.prompt = if given.has(Part::Prompt) { call.append(PROMPT, &mut self.bytes) } else { None };
    }

    /// Reads the texts of a batch. [`take`](Self::take) then gives each request its own.
    pub(crate) fn read_texts(&mut self, call: &Call, at: usize) {
        self.clear();
        _ = call.append(at, &mut self.bytes);
        (self.next, self.is_ascii) = (0, self.bytes.is_ascii());
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_BYTES);
    }

    /// Takes the texts of the next request, of which `said` tells as [`Batch`](crate::batch::Batch) has it.
    pub(crate) fn take(&mut self, said: &[u32], given: &Given<'_>) {
        let Some((_, lengths)) = said.split_at_checked(PARTS) else { return };
        let Some((texts, values)) = lengths.split_first_chunk::<TEXT_PARTS>() else { return };
        self.has_options = given.has(Part::Options);
        if self.has_options {
            self.options = texts.map(|length| self.take_text(length));
        }
        self.prompt = None;
        self.port = given.port();
        self.prompt_tokens = given.prompt_tokens;
        self.has_repeated = given.has(Part::Repeated);
        self.values.clear();
        for length in values {
            let value = self.take_text(*length);
            self.values.push(value);
        }
    }

    /// The next text, of which JavaScript tells its length and 1 more; a character follows that belongs to none.
    fn take_text(&mut self, length: u32) -> Option<Range<usize>> {
        let units = usize::try_from(length).ok()?.checked_sub(1)?;
        let start = self.next;
        let len = if self.is_ascii { units } else { self.utf8_len(start, units) };
        self.next = start + len + 1;
        Some(start..start + len)
    }

    /// Bytes of so many code units of JavaScript from `start` on. Every character has one unit, or two where it has four bytes.
    fn utf8_len(&self, start: usize, units: usize) -> usize {
        let mut left = units;
        let bytes = self.bytes.get(start..).unwrap_or_default().iter();
        let taken = bytes.take_while(|byte| {
            let units = match **byte {
                0x80..=0xBF => 0,
                0xF0.. => 2,
                _ => 1,
            };
            let is_taken = units <= left;
            left = left.saturating_sub(units);
            is_taken
        });
        taken.count()
    }

    /// The request of the call that was read. Numbers of a prompt are borrowed from JavaScript.
    pub(crate) fn request<'c>(&'c self, call: &'c Call, given: &Given<'_>) -> Request<'c> {
        let request = Request::new(self);
        // Most have headers alone, and each step moves it whole.
        if !self.has_options {
            return request;
        }
        let request = self.with_options(request).multimodal(given.has(Part::Media));
        let prompt = if given.has(Part::Prompt) { self.prompt(call) } else { None };
        let request = prompt.map_or(request, |prompt| request.prompt(prompt));
        request.prompt_tokens(self.prompt_tokens)
    }

    fn with_options<'c>(&'c self, request: Request<'c>) -> Request<'c> {
        let [model, host, path, method, gateway, objective, client_namespace, tenant, subset, pool] =
            self.options.each_ref().map(|range| {
                let bytes = self.bytes.get(range.clone()?)?;
                std::str::from_utf8(bytes).ok()
            });
        let request = model.map_or(request, |model| request.model(model));
        let request = host.map_or(request, |host| request.host(host));
        let request = path.map_or(request, |path| request.path(path));
        let request = method.map_or(request, |method| request.method(method));
        let request = gateway.map_or(request, |gateway| request.gateway(gateway, self.port));
        let request = client_namespace.map_or(request, |client| request.client_namespace(client, self.port));
        let request = pool.map_or(request, |pool| request.pool(pool));
        let request = objective.map_or(request, |objective| request.objective(objective));
        let request = tenant.map_or(request, |tenant| request.tenant(tenant));
        subset.map_or(request, |subset| request.subset(subset))
    }

    fn prompt<'c>(&'c self, call: &'c Call) -> Option<Prompt<'c>> {
        if let Some(range) = &self.prompt {
            return self.bytes.get(range.clone()).map(Prompt::Text);
        }
        let bytes = || call.numbers::<u8>(PROMPT).map(Prompt::Text);
        let tokens = || call.numbers::<u32>(PROMPT).map(Prompt::Tokens);
        let blocks = || call.numbers::<u64>(PROMPT).map(Prompt::Blocks);
        tokens().or_else(bytes).or_else(blocks)
    }
}

impl Asked {
    fn value(&self, name: &HeaderName) -> Option<&[u8]> {
        self.bytes.get(self.values.get(name.index())?.clone()?)
    }
}

impl Headers for Asked {
    fn find(&self, name: &HeaderName) -> Found<'_> {
        match self.value(name) {
            None => Found::Absent,
            Some(values) if self.has_repeated && values.contains(&BETWEEN) => Found::Several,
            Some(value) => Found::One(value),
        }
    }

    fn nth(&self, name: &HeaderName, nth: usize) -> Option<&[u8]> {
        self.value(name)?.split(|byte| *byte == BETWEEN).nth(nth)
    }
}
