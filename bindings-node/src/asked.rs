//! What a call asks: the texts of a request, copied from JavaScript into one buffer.

use std::ops::Range;

use inferroute::{Found, HeaderName, Headers, Prompt, Request};

use crate::batch::{PARTS, TEXT_PARTS};
use crate::border::Call;
use crate::words::{Given, Part};

/// The texts of a request, where they stand in one buffer that calls share.
#[derive(Default)]
pub(crate) struct Asked {
    bytes: Vec<u8>,
    model: Option<Range<usize>>,
    host: Option<Range<usize>>,
    path: Option<Range<usize>>,
    method: Option<Range<usize>>,
    gateway: Option<Range<usize>>,
    objective: Option<Range<usize>>,
    client_namespace: Option<Range<usize>>,
    port: Option<u16>,
    tenant: Option<Range<usize>>,
    subset: Option<Range<usize>>,
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

/// Arguments of calls that ask: the shared numbers, the parts of the request as far as the numbers say that it has them, then the values of the plan's
/// header names, one by one if they are few, else as one array.
const MODEL: usize = 1;
const HOST: usize = 2;
const PATH: usize = 3;
const METHOD: usize = 4;
const GATEWAY: usize = 5;
const OBJECTIVE: usize = 6;
const CLIENT_NAMESPACE: usize = 7;
const VALUES: usize = 8;
const FEW: usize = 8;

/// An array of what few requests have: prompt, tenant, subset.
const MORE: usize = VALUES + FEW;
const PROMPT: u32 = 0;
const TENANT: u32 = 1;
const SUBSET: u32 = 2;

/// Stands between the values of a header that was sent several times; `lib/headers.js` has the same.
const BETWEEN: u8 = 0;

/// A buffer that one giant header made larger than this is given back.
const KEPT_BYTES: usize = 64 * 1024;

impl Asked {
    pub(crate) fn read(&mut self, call: &Call, given: &Given<'_>, names: usize) {
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_BYTES);
        self.values.clear();
        let bytes = &mut self.bytes;
        let mut text = |part, at| if given.has(part) { call.append(at, bytes) } else { None };
        self.model = text(Part::Model, MODEL);
        self.host = text(Part::Host, HOST);
        self.path = text(Part::Path, PATH);
        self.method = text(Part::Method, METHOD);
        self.gateway = text(Part::Gateway, GATEWAY);
        self.objective = text(Part::Objective, OBJECTIVE);
        self.client_namespace = text(Part::ClientNamespace, CLIENT_NAMESPACE);
        self.port = given.port();
        self.prompt_tokens = given.prompt_tokens;
        self.has_repeated = given.has(Part::Repeated);
        let mut more =
            |entry| if given.has(Part::More) { call.append_entry(MORE, entry, bytes) } else { None };
        self.prompt = more(PROMPT);
        self.tenant = more(TENANT);
        self.subset = more(SUBSET);
        if names <= FEW {
            self.values.extend((0..names).map(|at| call.append(VALUES + at, bytes)));
        } else {
            let entries = 0..u32::try_from(names).unwrap_or(u32::MAX);
            self.values.extend(entries.map(|at| call.append_entry(VALUES, at, bytes)));
        }
    }

    /// Reads the texts of a batch. [`take`](Self::take) then gives each request its own.
    pub(crate) fn read_texts(&mut self, call: &Call, at: usize) {
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_BYTES);
        _ = call.append(at, &mut self.bytes);
        self.next = 0;
        self.is_ascii = self.bytes.is_ascii();
    }

    /// Takes the texts of the next request of a batch, of which `said` tells as [`Batch`](crate::batch::Batch) has it.
    pub(crate) fn take(&mut self, said: &[u32], given: &Given<'_>) {
        let Some((_, lengths)) = said.split_at_checked(PARTS) else { return };
        let Some((texts, values)) = lengths.split_first_chunk::<TEXT_PARTS>() else { return };
        let [model, host, path, method, gateway, objective, client_namespace, tenant, subset] =
            texts.map(|length| self.take_text(length));
        self.model = model;
        self.host = host;
        self.path = path;
        self.method = method;
        self.gateway = gateway;
        self.objective = objective;
        self.client_namespace = client_namespace;
        self.tenant = tenant;
        self.subset = subset;
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
        let text = |range: &Option<Range<usize>>| {
            let bytes = self.bytes.get(range.clone()?)?;
            std::str::from_utf8(bytes).ok()
        };
        let request = Request::new(self).multimodal(given.has(Part::Media));
        let request = text(&self.model).map_or(request, |model| request.model(model));
        let request = text(&self.host).map_or(request, |host| request.host(host));
        let request = text(&self.path).map_or(request, |path| request.path(path));
        let request = text(&self.method).map_or(request, |method| request.method(method));
        let request = text(&self.gateway).map_or(request, |gateway| request.gateway(gateway, self.port));
        let request = text(&self.client_namespace)
            .map_or(request, |namespace| request.client_namespace(namespace, self.port));
        let request = text(&self.objective).map_or(request, |objective| request.objective(objective));
        if !given.has(Part::More) {
            return request.prompt_tokens(self.prompt_tokens);
        }
        let request = text(&self.tenant).map_or(request, |tenant| request.tenant(tenant));
        let request = text(&self.subset).map_or(request, |subset| request.subset(subset));
        let request = self.prompt(call).map_or(request, |prompt| request.prompt(prompt));
        request.prompt_tokens(self.prompt_tokens)
    }

    fn prompt<'c>(&'c self, call: &'c Call) -> Option<Prompt<'c>> {
        if let Some(range) = &self.prompt {
            return self.bytes.get(range.clone()).map(Prompt::Text);
        }
        let bytes = || call.entry_slice::<u8>(MORE, PROMPT).map(Prompt::Text);
        let tokens = || call.entry_slice::<u32>(MORE, PROMPT).map(Prompt::Tokens);
        let blocks = || call.entry_slice::<u64>(MORE, PROMPT).map(Prompt::Blocks);
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
