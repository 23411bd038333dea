//! The prompt of a request: text, tokens, or hashes of blocks, as Python has them.

use inferroute::Prompt;
use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyByteArray, PyBytes, PyInt, PyList, PyString, PyTuple};

use crate::args::chars;
use crate::errors::{self, OUT_OF_RANGE, WRONG_TYPE, type_name};
use crate::guard::guarded;

type Any<'py> = Bound<'py, PyAny>;

const EXPECTED: &str = "prompt must be str, bytes, a buffer of 32-bit unsigned token ids (array('I'), numpy.uint32), a list of token ids, or PromptBlocks";

/// The hashes of a prompt's blocks, each of which stands for the block and all before it. Immutable.
#[pyclass(frozen, module = "inferroute")]
pub(crate) struct PromptBlocks {
    hashes: Box<[u64]>,
}

#[pymethods]
impl PromptBlocks {
    #[new]
    #[pyo3(signature = (hashes, /))]
    fn new(hashes: &Any<'_>) -> PyResult<Self> {
        guarded(|| {
            let hint = "PromptBlocks takes the hashes of the blocks, ints from 0 to 2**64 - 1";
            Ok(Self { hashes: numbers(hashes, hint)?.into() })
        })
    }

    fn __len__(&self) -> usize {
        self.hashes.len()
    }

    fn __repr__(&self) -> String {
        format!("<PromptBlocks: {} blocks>", self.hashes.len())
    }
}

/// A prompt, held for as long as a decision looks at it.
pub(crate) enum Held<'py> {
    Text(Bound<'py, PyString>),
    Bytes(Bound<'py, PyBytes>),
    Copied(Vec<u8>),
    Tokens(Vec<u32>),
    Buffer(PyBuffer<u32>),
    Blocks(Bound<'py, PromptBlocks>),
}

impl<'py> Held<'py> {
    /// Takes argument `prompt`. Only what other code may write to while Python code runs is copied: bytearrays and, where `runs_python`, tokens.
    #[inline(never)]
    pub(crate) fn take(prompt: &Any<'py>, runs_python: bool) -> PyResult<Self> {
        if let Ok(text) = prompt.cast::<PyString>() {
            chars("prompt", text)?;
            return Ok(Self::Text(text.clone()));
        }
        if let Ok(bytes) = prompt.cast::<PyBytes>() {
            return Ok(Self::Bytes(bytes.clone()));
        }
        if let Ok(blocks) = prompt.cast::<PromptBlocks>() {
            return Ok(Self::Blocks(blocks.clone()));
        }
        if let Ok(array) = prompt.cast::<PyByteArray>() {
            return Ok(Self::Copied(array.to_vec()));
        }
        if prompt.is_instance_of::<PyList>() || prompt.is_instance_of::<PyTuple>() {
            let hint = "a list of token ids holds ints from 0 to 2**32 - 1";
            return Ok(Self::Tokens(numbers(prompt, hint)?));
        }
        let py = prompt.py();
        if let Ok(tokens) = PyBuffer::<u32>::get(prompt) {
            if !runs_python && tokens.as_slice_ptr().is_some() && keeps_others_out(py)? {
                return Ok(Self::Buffer(tokens));
            }
            return Ok(Self::Tokens(tokens.to_vec(py)?));
        }
        if let Ok(bytes) = PyBuffer::<u8>::get(prompt) {
            return Ok(Self::Copied(bytes.to_vec(py)?));
        }
        Err(errors::request(py, WRONG_TYPE, &format!("{EXPECTED}, not {}", type_name(prompt))))
    }

    pub(crate) fn prompt(&self) -> PyResult<Prompt<'_>> {
        Ok(match self {
            Self::Text(text) => Prompt::Text(chars("prompt", text)?.as_bytes()),
            Self::Bytes(bytes) => Prompt::Text(bytes.as_bytes()),
            Self::Copied(bytes) => Prompt::Text(bytes),
            Self::Tokens(tokens) => Prompt::Tokens(tokens),
            Self::Blocks(blocks) => Prompt::Blocks(&blocks.get().hashes),
            Self::Buffer(buffer) => {
                let Some(tokens) = buffer.as_slice_ptr() else { return Ok(Prompt::Tokens(&[])) };
                // SAFETY: the exporter neither frees nor moves the memory while the buffer is held, and nobody writes to it: `take` kept it only where no
                // Python code runs during the decision and the interpreter's lock keeps other threads out. PyO3 has checked size, alignment and format.
                Prompt::Tokens(unsafe { tokens.as_ref() })
            }
        })
    }
}

/// Whether only one thread at a time runs Python code.
fn keeps_others_out(py: Python<'_>) -> PyResult<bool> {
    static ANSWER: PyOnceLock<bool> = PyOnceLock::new();
    let asked = ANSWER.get_or_try_init(py, || match py.import("sys")?.getattr_opt("_is_gil_enabled")? {
        Some(asked) => asked.call0()?.extract(),
        None => Ok(true),
    });
    asked.copied()
}

/// Ints of a list, tuple, array or any other iterable.
fn numbers<'py, T>(given: &Any<'py>, hint: &str) -> PyResult<Vec<T>>
where
    T: for<'a> FromPyObject<'a, 'py>,
{
    let wrong = |found: &Any<'_>| {
        errors::request(found.py(), WRONG_TYPE, &format!("{hint}, not {}", type_name(found)))
    };
    if given.is_instance_of::<PyString>() || given.is_instance_of::<PyBytes>() {
        return Err(wrong(given));
    }
    let items = given.try_iter().map_err(|_| wrong(given))?;
    let mut found = Vec::with_capacity(given.len().unwrap_or_default());
    for item in items {
        let item = item?;
        let number = item.extract::<T>().map_err(|_| match item.is_instance_of::<PyInt>() {
            true => errors::request(item.py(), OUT_OF_RANGE, hint),
            false => wrong(&item),
        })?;
        found.push(number);
    }
    Ok(found)
}
