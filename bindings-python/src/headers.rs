//! The headers of a request as Python has them, seen through the names that the plan reads.
//!
//! They are walked once, over borrowed references: counting them up and down costs as much as the rest of the walk. A header whose name no rule reads costs
//! a look at the length of its name and at the types, so that even lone surrogates in it are no one's concern; of the others the value is held, not copied.
//! Nothing here runs Python code of the caller's, so that what is walked stays as it is.

use inferroute::{Found, HeaderName, Headers, Plan};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};
use pyo3::{PyTypeCheck, PyTypeInfo, ffi};
use smallvec::SmallVec;

use crate::args::chars;
use crate::errors::{self, WRONG_TYPE, type_name};

/// Names of a plan for which there is room on the stack.
const FEW: usize = 8;

/// The names that a plan reads.
#[derive(Clone, Copy)]
struct Names<'p> {
    plan: &'p Plan,
    /// Bit n: some name has n characters, modulo 64.
    lengths: u64,
}

/// The values under the names that a plan reads, by the position of the name. They mean nothing to another plan.
pub(crate) struct PlanHeaders<'py> {
    slots: SmallVec<[Slot<'py>; FEW]>,
}

/// The same for requests that came at once, one row a request.
pub(crate) struct ManyHeaders<'py> {
    slots: Vec<Slot<'py>>,
    width: usize,
}

/// The headers of one request of [`ManyHeaders`].
pub(crate) struct Row<'g, 'py>(&'g [Slot<'py>]);

/// What was sent under a name.
enum Slot<'py> {
    Absent,
    One(Value<'py>),
    Several(Vec<Value<'py>>),
}

enum Value<'py> {
    Text(Bound<'py, PyString>),
    Bytes(Bound<'py, PyBytes>),
}

impl Value<'_> {
    #[inline]
    fn bytes(&self) -> &[u8] {
        match self {
            // INVARIANT: `value` has seen this text as UTF-8.
            Self::Text(text) => text.to_str().map_or(&[], str::as_bytes),
            Self::Bytes(bytes) => bytes.as_bytes(),
        }
    }
}

impl<'p> Names<'p> {
    #[inline]
    fn of(plan: &'p Plan) -> Self {
        let names = plan.header_names();
        Self { plan, lengths: names.fold(0, |lengths, name| lengths | bit(name.as_str().len())) }
    }

    /// The position of the name that equals this one.
    #[inline]
    fn position(&self, name: &[u8]) -> Option<usize> {
        if self.lengths & bit(name.len()) == 0 {
            return None;
        }
        // Most are in lower case already, and telling that is quick.
        let equal = |known: &&HeaderName| {
            let known = known.as_str().as_bytes();
            known == name || known.eq_ignore_ascii_case(name)
        };
        self.plan.header_names().find(equal).map(HeaderName::index)
    }
}

impl<'py> PlanHeaders<'py> {
    /// None yet.
    #[inline(always)]
    pub(crate) fn new() -> Self {
        Self { slots: SmallVec::new() }
    }

    /// Takes in what `plan` reads of `headers`, which come from [`pairs`]. Where they stand: moving them would cost as much as finding them.
    #[inline(always)]
    pub(crate) fn gather(&mut self, plan: &Plan, headers: &Bound<'py, PyAny>) -> PyResult<()> {
        self.slots.resize_with(plan.header_names().len(), || Slot::Absent);
        Gather { names: Names::of(plan), slots: &mut self.slots }.all(headers)
    }
}

impl<'py> ManyHeaders<'py> {
    /// What `plan` reads of the headers of each request, which come from [`pairs`].
    pub(crate) fn gather(plan: &Plan, requests: &[Bound<'py, PyAny>]) -> PyResult<Self> {
        let (names, width) = (Names::of(plan), plan.header_names().len());
        let mut slots = Vec::with_capacity(requests.len().saturating_mul(width));
        for headers in requests {
            let start = slots.len();
            slots.resize_with(start + width, || Slot::Absent);
            Gather { names, slots: slots.get_mut(start..).unwrap_or_default() }.all(headers)?;
        }
        Ok(Self { slots, width })
    }

    /// The headers of each of so many requests.
    pub(crate) fn rows(&self, requests: usize) -> Vec<Row<'_, 'py>> {
        let slots = |at: usize| self.slots.get(at * self.width..(at + 1) * self.width);
        (0..requests).map(|at| Row(slots(at).unwrap_or_default())).collect()
    }
}

/// Headers on their way into their slots.
struct Gather<'g, 'p, 'py> {
    names: Names<'p>,
    slots: &'g mut [Slot<'py>],
}

impl<'py> Gather<'_, '_, 'py> {
    fn all(&mut self, headers: &Bound<'py, PyAny>) -> PyResult<()> {
        if let Some(dict) = cast::<PyDict>(headers) {
            self.dict(dict)
        } else if let Ok(list) = headers.cast::<PyList>() {
            self.list(list)
        } else if let Ok(tuple) = headers.cast::<PyTuple>() {
            tuple.iter_borrowed().try_for_each(|item| self.pair(&item))
        } else {
            Ok(())
        }
    }

    fn dict(&mut self, dict: &Bound<'py, PyDict>) -> PyResult<()> {
        let py = dict.py();
        let (mut position, mut name, mut value) = (0, std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: the pointers are to locals, and `dict` is a dict that this frame holds.
        while unsafe { ffi::PyDict_Next(dict.as_ptr(), &mut position, &mut name, &mut value) } != 0 {
            // SAFETY: the references are borrowed from the dict, which cannot change while they are used: `add` runs no Python code of the caller's,
            // and the interpreter is not left. What is kept of a value is counted when it is kept.
            let (name, value) = unsafe { (Borrowed::from_ptr(py, name), Borrowed::from_ptr(py, value)) };
            if !self.is_passed_over(&name, &value) {
                self.add(&name, &value)?;
            }
        }
        Ok(())
    }

    fn list(&mut self, list: &Bound<'py, PyList>) -> PyResult<()> {
        let (py, mut position) = (list.py(), 0);
        // SAFETY: `list` is a list that this frame holds, and the position is within it.
        while position < unsafe { ffi::PyList_Size(list.as_ptr()) } {
            // SAFETY: as above; and as in `dict` for the reference.
            let item = unsafe { Borrowed::from_ptr(py, ffi::PyList_GetItem(list.as_ptr(), position)) };
            self.pair(&item)?;
            position += 1;
        }
        Ok(())
    }

    #[inline]
    fn pair(&mut self, item: &Bound<'py, PyAny>) -> PyResult<()> {
        if let Ok(pair) = item.cast_exact::<PyTuple>()
            && pair.len() == 2
        {
            let (name, value) = (pair.get_borrowed_item(0)?, pair.get_borrowed_item(1)?);
            return if self.is_passed_over(&name, &value) { Ok(()) } else { self.add(&name, &value) };
        }
        self.add_pair(item)
    }

    /// Whether it is a header that no rule reads, of the types that almost all have. Of the others nothing is said.
    #[inline]
    fn is_passed_over(&self, name: &Bound<'py, PyAny>, value: &Bound<'py, PyAny>) -> bool {
        let length = if name.is_exact_instance_of::<PyString>() {
            // SAFETY: it is a str. Names that rules read are ASCII, of which each character is a byte.
            let characters = unsafe { ffi::PyUnicode_GetLength(name.as_ptr()) };
            usize::try_from(characters).unwrap_or_default()
        } else if let Ok(name) = name.cast_exact::<PyBytes>() {
            name.as_bytes().len()
        } else {
            return false;
        };
        self.names.lengths & bit(length) == 0
            && (value.is_exact_instance_of::<PyString>() || value.is_exact_instance_of::<PyBytes>())
    }

    fn add_pair(&mut self, item: &Bound<'py, PyAny>) -> PyResult<()> {
        if let Ok(pair) = item.cast::<PyTuple>()
            && pair.len() == 2
        {
            return self.add(&pair.get_item(0)?, &pair.get_item(1)?);
        }
        match item.cast::<PyList>() {
            Ok(pair) if pair.len() == 2 => self.add(&pair.get_item(0)?, &pair.get_item(1)?),
            _ => Err(wrong(item, "headers that are no mapping must be pairs (name, value)")),
        }
    }

    #[inline(never)]
    fn add(&mut self, name: &Bound<'py, PyAny>, value: &Bound<'py, PyAny>) -> PyResult<()> {
        let position = if let Some(name) = cast::<PyString>(name) {
            self.names.position(chars("a header name", name)?.as_bytes())
        } else if let Ok(name) = name.cast::<PyBytes>() {
            self.names.position(name.as_bytes())
        } else {
            return Err(wrong(name, "a header name must be str or bytes"));
        };
        match position {
            Some(position) => self.put(position, value),
            None if is_value(value) => Ok(()),
            None => Err(wrong(value, VALUE)),
        }
    }

    fn put(&mut self, position: usize, sent: &Bound<'py, PyAny>) -> PyResult<()> {
        if sent.is_exact_instance_of::<PyString>() {
            return self.put_one(position, sent);
        }
        if let Ok(list) = sent.cast::<PyList>() {
            return list.iter().try_for_each(|one| self.put_one(position, &one));
        }
        if let Ok(tuple) = sent.cast::<PyTuple>() {
            return tuple.iter().try_for_each(|one| self.put_one(position, &one));
        }
        self.put_one(position, sent)
    }

    fn put_one(&mut self, position: usize, sent: &Bound<'py, PyAny>) -> PyResult<()> {
        let sent = value(sent)?;
        if let Some(slot) = self.slots.get_mut(position) {
            *slot = match std::mem::replace(slot, Slot::Absent) {
                Slot::Absent => Slot::One(sent),
                Slot::One(first) => Slot::Several(vec![first, sent]),
                Slot::Several(mut values) => {
                    values.push(sent);
                    Slot::Several(values)
                }
            };
        }
        Ok(())
    }
}

impl Slot<'_> {
    #[inline]
    fn found(&self) -> Found<'_> {
        match self {
            Self::Absent => Found::Absent,
            Self::One(value) => Found::One(value.bytes()),
            Self::Several(_) => Found::Several,
        }
    }

    fn nth(&self, nth: usize) -> Option<&[u8]> {
        match self {
            Self::Several(values) => values.get(nth).map(Value::bytes),
            Self::One(value) if nth == 0 => Some(value.bytes()),
            _ => None,
        }
    }
}

fn slot<'s, 'py>(slots: &'s [Slot<'py>], name: &HeaderName) -> &'s Slot<'py> {
    slots.get(name.index()).unwrap_or(&Slot::Absent)
}

impl Headers for PlanHeaders<'_> {
    #[inline]
    fn find(&self, name: &HeaderName) -> Found<'_> {
        slot(&self.slots, name).found()
    }

    fn nth(&self, name: &HeaderName, nth: usize) -> Option<&[u8]> {
        slot(&self.slots, name).nth(nth)
    }
}

impl Headers for Row<'_, '_> {
    #[inline]
    fn find(&self, name: &HeaderName) -> Found<'_> {
        slot(self.0, name).found()
    }

    fn nth(&self, name: &HeaderName, nth: usize) -> Option<&[u8]> {
        slot(self.0, name).nth(nth)
    }
}

/// An object as a `T`. Almost always of that very type, which is told without a call of the interpreter.
#[inline]
fn cast<'a, 'py, T: PyTypeInfo + PyTypeCheck>(object: &'a Bound<'py, PyAny>) -> Option<&'a Bound<'py, T>> {
    object.cast_exact::<T>().ok().or_else(|| object.cast::<T>().ok())
}

/// Whether headers are of a shape that is walked without running code of the caller's.
#[inline]
pub(crate) fn is_walked(headers: &Bound<'_, PyAny>) -> bool {
    cast::<PyDict>(headers).is_some()
        || headers.is_instance_of::<PyList>()
        || headers.is_instance_of::<PyTuple>()
}

/// A dict, list or tuple with the headers, so that they can be walked again without running code of the caller's.
pub(crate) fn pairs(headers: Bound<'_, PyAny>) -> PyResult<Bound<'_, PyAny>> {
    if is_walked(&headers) {
        return Ok(headers);
    }
    if headers.is_none() {
        return Ok(PyTuple::empty(headers.py()).into_any());
    }
    let expected = "headers must be a mapping, an iterable of (name, value) pairs, or None";
    if headers.is_instance_of::<PyString>() || headers.is_instance_of::<PyBytes>() {
        return Err(wrong(&headers, expected));
    }
    let items = match headers.getattr_opt("items")? {
        Some(items) => items.call0()?,
        None => headers.clone(),
    };
    let items = items.try_iter().map_err(|_| wrong(&headers, expected))?;
    let list = PyList::empty(headers.py());
    for item in items {
        list.append(item?)?;
    }
    Ok(list.into_any())
}

const VALUE: &str = "a header value must be str, bytes, or a list or tuple of those";

fn is_value(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyString>()
        || value.is_instance_of::<PyBytes>()
        || value.is_instance_of::<PyList>()
        || value.is_instance_of::<PyTuple>()
}

fn value<'py>(sent: &Bound<'py, PyAny>) -> PyResult<Value<'py>> {
    if let Some(text) = cast::<PyString>(sent) {
        chars("a header value", text)?;
        return Ok(Value::Text(text.clone()));
    }
    match sent.cast::<PyBytes>() {
        Ok(bytes) => Ok(Value::Bytes(bytes.clone())),
        Err(_) => Err(wrong(sent, VALUE)),
    }
}

#[cold]
fn wrong(found: &Bound<'_, PyAny>, expected: &str) -> PyErr {
    errors::request(found.py(), WRONG_TYPE, &format!("{expected}, not {}", type_name(found)))
}

#[inline]
fn bit(length: usize) -> u64 {
    1 << (length & 63)
}
