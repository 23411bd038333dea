//! The values of all series of a text, by what they measure and which labels they have.

use super::quantity::{Merge, Quantity};

/// The most sets of labels that are told apart.
const MOST: usize = 128;
const QUANTITIES: usize = Quantity::ALL.len();

/// A row for each set of labels. 18 KiB on the stack, so that reading a text allocates nothing.
pub(super) struct Table {
    keys: [u64; MOST],
    used: usize,
    /// NaN where there is no value: none gets in.
    rows: [[f64; QUANTITIES]; MOST],
    /// Quantities of which a series was refused, as bits.
    refused: u32,
}

/// There are too many sets of labels.
pub(super) struct Full;

impl Table {
    pub(super) const fn new() -> Self {
        Self { keys: [0; MOST], used: 0, rows: [[f64::NAN; QUANTITIES]; MOST], refused: 0 }
    }

    /// Notes a value of the series with the labels `key`; of several the largest counts.
    pub(super) fn add(&mut self, key: u64, quantity: Quantity, value: f64) -> Result<(), Full> {
        let used = self.keys.iter().take(self.used);
        let row = used.clone().position(|known| *known == key).unwrap_or(self.used);
        *self.keys.get_mut(row).ok_or(Full)? = key;
        self.used = self.used.max(row.saturating_add(1));
        let cell = self.rows.get_mut(row).and_then(|row| row.get_mut(quantity.index())).ok_or(Full)?;
        // The maximum of NaN and a number is the number.
        *cell = cell.max(value);
        Ok(())
    }

    /// From now on nothing is known of `quantities`.
    pub(super) fn refuse(&mut self, quantities: u32) {
        self.refused |= quantities;
    }

    pub(super) fn is_refused(&self, quantity: Quantity) -> bool {
        self.refused & quantity.bit() != 0
    }

    /// The value of all series together.
    pub(super) fn get(&self, quantity: Quantity) -> Option<f64> {
        if self.is_refused(quantity) {
            return None;
        }
        let rows = self.rows.iter().take(self.used);
        let values =
            rows.filter_map(|row| row.get(quantity.index())).copied().filter(|value| !value.is_nan());
        let count = u32::try_from(values.clone().count()).ok().filter(|count| *count > 0)?;
        match quantity.merge() {
            Merge::Sum => Some(values.sum()),
            Merge::Mean => Some(values.sum::<f64>() / f64::from(count)),
            Merge::Max => Some(values.fold(0.0, f64::max)),
            Merge::Only => (count == 1).then(|| values.sum()),
        }
    }
}
