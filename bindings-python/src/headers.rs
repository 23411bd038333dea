//! The headers of a request as Python has them, seen through the names that the plan reads.
//!
//! They are walked once. A header whose name no rule reads costs a look at the length of its name; of the others the value is held, not copied.

use std::cell::Cell;

use inferroute::{Found, HeaderName, Headers, Plan};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};

use crate::args::chars;
use crate::errors::{self, WRONG_TYPE, type_name};

/// Names of a plan for which there is room on the stack.
const FEW: usize = 8;

/// The values under the names that a plan reads, by the position of the name.
pub(crate) struct PlanHeaders<'p, 'py> {
    plan: &'p Plan,
    /// Bit n: some name has n characters, modulo 64.
    lengths: u64,
    few: [Slot<'py>; FEW],
    many: Vec<Slot<'py>>,
    stale: Cell<bool>,
}

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

impl<'p, 'py> PlanHeaders<'p, 'py> {
    /// Room for the headers of a request to be decided on `plan`.
    #[inline]
    pub(crate) fn new(plan: &'p Plan) -> Self {
        let names = plan.header_names();
        let mut many = Vec::new();
        if names.len() > FEW {
            many.resize_with(names.len(), || Slot::Absent);
        }
        let lengths = names.fold(0, |lengths, name| lengths | bit(name.as_str().len()));
        Self { plan, lengths, few: [const { Slot::Absent }; FEW], many, stale: Cell::new(false) }
    }

    /// Takes what the plan reads of `headers`, which come from [`pairs`].
    pub(crate) fn gather(&mut self, headers: &Bound<'py, PyAny>) -> PyResult<()> {
        if let Ok(dict) = headers.cast::<PyDict>() {
            self.gather_dict(dict)?;
        } else if let Ok(list) = headers.cast::<PyList>() {
            for item in list {
                self.add_pair(&item)?;
            }
        } else if let Ok(tuple) = headers.cast::<PyTuple>() {
            for item in tuple {
                self.add_pair(&item)?;
            }
        }
        Ok(())
    }

    /// Walks a dict over borrowed references: counting them up and down costs as much as the rest of the walk (measured: 15 against 11 ns a header).
    fn gather_dict(&mut self, dict: &Bound<'py, PyDict>) -> PyResult<()> {
        let py = dict.py();
        let (mut position, mut name, mut value) = (0, std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: the pointers are to locals, and `dict` is a dict that this frame holds.
        while unsafe { ffi::PyDict_Next(dict.as_ptr(), &mut position, &mut name, &mut value) } != 0 {
            // SAFETY: the references are borrowed from the dict, which cannot change while they are used: `add` runs no Python code of the caller's,
            // and the interpreter is not left. What is kept of a value is counted when it is kept.
            let (name, value) = unsafe { (Borrowed::from_ptr(py, name), Borrowed::from_ptr(py, value)) };
            self.add(&name, &value)?;
        }
        Ok(())
    }

    /// Whether a decision asked with the names of another plan than these values were gathered for.
    pub(crate) fn is_stale(&self) -> bool {
        self.stale.get()
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

    #[inline]
    fn add(&mut self, name: &Bound<'py, PyAny>, value: &Bound<'py, PyAny>) -> PyResult<()> {
        let position = if let Ok(name) = name.cast_exact::<PyString>() {
            // The usual case, which takes one call into the interpreter less than the next.
            self.position(chars("a header name", name)?.as_bytes())
        } else if let Ok(name) = name.cast::<PyString>() {
            self.position(chars("a header name", name)?.as_bytes())
        } else if let Ok(name) = name.cast::<PyBytes>() {
            self.position(name.as_bytes())
        } else {
            return Err(wrong(name, "a header name must be str or bytes"));
        };
        match position {
            Some(position) => self.put(position, value),
            None if is_value(value) => Ok(()),
            None => Err(wrong(value, VALUE)),
        }
    }

    /// The position of the plan's name that equals this one.
    #[inline]
    fn position(&self, name: &[u8]) -> Option<usize> {
        if self.lengths & bit(name.len()) == 0 {
            return None;
        }
        let equal = |known: &&HeaderName| known.as_str().as_bytes().eq_ignore_ascii_case(name);
        self.plan.header_names().find(equal).map(HeaderName::index)
    }

    fn put(&mut self, position: usize, sent: &Bound<'py, PyAny>) -> PyResult<()> {
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
        let slots = if self.many.is_empty() { self.few.as_mut_slice() } else { self.many.as_mut_slice() };
        if let Some(slot) = slots.get_mut(position) {
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

    /// What was sent under one of the plan's names.
    #[inline]
    fn slot(&self, name: &HeaderName) -> &Slot<'py> {
        let known = self.plan.header_names().nth(name.index());
        // Names live as long as their plan, which this one's snapshot holds, so the place tells whether the plan is the same.
        if !known.is_some_and(|known| std::ptr::eq(known, name)) {
            self.stale.set(true);
            return &Slot::Absent;
        }
        let slots = if self.many.is_empty() { self.few.as_slice() } else { self.many.as_slice() };
        slots.get(name.index()).unwrap_or(&Slot::Absent)
    }
}

impl Headers for PlanHeaders<'_, '_> {
    #[inline]
    fn find(&self, name: &HeaderName) -> Found<'_> {
        match self.slot(name) {
            Slot::Absent => Found::Absent,
            Slot::One(value) => Found::One(value.bytes()),
            Slot::Several(_) => Found::Several,
        }
    }

    fn nth(&self, name: &HeaderName, nth: usize) -> Option<&[u8]> {
        match self.slot(name) {
            Slot::Several(values) => values.get(nth).map(Value::bytes),
            Slot::One(value) if nth == 0 => Some(value.bytes()),
            _ => None,
        }
    }
}

/// A dict, list or tuple with the headers, so that they can be walked again without running code of the caller's.
pub(crate) fn pairs<'py>(headers: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if headers.is_instance_of::<PyDict>()
        || headers.is_instance_of::<PyList>()
        || headers.is_instance_of::<PyTuple>()
    {
        return Ok(headers.clone());
    }
    if headers.is_none() {
        return Ok(PyTuple::empty(headers.py()).into_any());
    }
    let expected = "headers must be a mapping, an iterable of (name, value) pairs, or None";
    if headers.is_instance_of::<PyString>() || headers.is_instance_of::<PyBytes>() {
        return Err(wrong(headers, expected));
    }
    let items = match headers.getattr_opt("items")? {
        Some(items) => items.call0()?,
        None => headers.clone(),
    };
    let items = items.try_iter().map_err(|_| wrong(headers, expected))?;
    let list = PyList::empty(headers.py());
    for item in items {
        list.append(item?)?;
    }
    Ok(list.into_any())
}

const VALUE: &str = "a header value must be str, bytes, or a list or tuple of those";

#[inline]
fn is_value(value: &Bound<'_, PyAny>) -> bool {
    // The first is the usual case and, unlike the others, takes no call into the interpreter.
    value.is_exact_instance_of::<PyString>()
        || value.is_instance_of::<PyString>()
        || value.is_instance_of::<PyBytes>()
        || value.is_instance_of::<PyList>()
        || value.is_instance_of::<PyTuple>()
}

fn value<'py>(sent: &Bound<'py, PyAny>) -> PyResult<Value<'py>> {
    if let Ok(text) = sent.cast::<PyString>() {
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
