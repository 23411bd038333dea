//! The LoRA adapters of vLLM: names in the labels of a series whose value is the time it was written.

use std::borrow::Cow;

use super::labels::{LabelValue, Labels};
use super::problem::MetricsCode;
use super::report::LoraReport;

/// The series that was written last, of those seen so far. vLLM leaves a series behind for every set of adapters that it ever had.
#[derive(Clone, Copy)]
pub(super) struct Latest<'t> {
    pub(super) labels: Labels<'t>,
    pub(super) time: f64,
    /// Where its line begins.
    pub(super) at: usize,
}

impl<'t> Latest<'t> {
    /// The later of both, of equals this one.
    pub(super) fn or_later(self, other: Option<Self>) -> Self {
        other.filter(|other| other.time > self.time).unwrap_or(self)
    }

    /// The adapters, at most `limit` in each list.
    pub(super) fn report(&self, limit: usize) -> Result<LoraReport, MetricsCode> {
        let running = self.labels.get("running_lora_adapters").ok_or(MetricsCode::Malformed)?;
        let waiting = self.labels.get("waiting_lora_adapters").map(|names| adapters(names, limit));
        Ok(LoraReport {
            active: adapters(running, limit)?,
            waiting: waiting.transpose()?.unwrap_or_default(),
            max: self.labels.get("max_lora").map(max).transpose()?.flatten(),
        })
    }
}

fn max(value: LabelValue<'_>) -> Result<Option<u32>, MetricsCode> {
    let digits = value.raw();
    if digits.is_empty() {
        return Ok(None);
    }
    let digits =
        std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    digits.and_then(|text| text.parse().ok()).map(Some).ok_or(MetricsCode::Malformed)
}

fn adapters(value: LabelValue<'_>, limit: usize) -> Result<Vec<String>, MetricsCode> {
    let bytes = if value.raw().contains(&b'\\') {
        Cow::Owned(value.decoded().collect::<Vec<u8>>())
    } else {
        Cow::Borrowed(value.raw())
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| MetricsCode::Malformed)?;
    let names =
        text.split(',').map(|name| name.trim_matches([' ', '\t', '\r'])).filter(|name| !name.is_empty());
    let mut list = Vec::new();
    for name in names {
        if list.len() >= limit {
            return Err(MetricsCode::TooManyAdapters);
        }
        list.push(name.to_owned());
    }
    list.sort_unstable();
    list.dedup();
    Ok(list)
}
