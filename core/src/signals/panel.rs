//! What endpoints told of their load, side by side, as plain numbers: a walk over atomics reads them one by one, a walk over these several at once.
//!
//! The cells are the truth and a panel repeats them. Whoever tells a cell something replaces the row of each panel that shows the cell, which costs the same
//! however many endpoints there are; readers never wait.

use std::sync::atomic::{Ordering, fence};
use std::sync::{Arc, Weak};

use arc_swap::{ArcSwap, ArcSwapOption, Guard};

use super::cell::EndpointCell;
use super::polled::Polled;
use crate::units::Nanos;

/// Endpoints that one panel shows at most: as many as a word of a set of candidates has bits.
pub(crate) const WIDTH: usize = 64;

/// A value of each endpoint of a panel, not a number where it is missing.
pub(crate) type Column = [f64; WIDTH];

/// Endpoints in a row, with what they told.
#[derive(Debug)]
pub(crate) struct Panel {
    cells: Box<[Arc<EndpointCell>]>,
    row: ArcSwap<Row>,
}

/// What the endpoints of a panel had told at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// The least of `told`.
    oldest: u64,
    /// One more than when each endpoint told, 0 where it never did.
    told: [u64; WIDTH],
    pub(crate) waiting: Column,
    pub(crate) running: Column,
    pub(crate) kv_usage: Column,
}

/// The panels that show a cell, and where.
#[derive(Debug, Default)]
pub(crate) struct Shown(ArcSwapOption<Vec<(Weak<Panel>, usize)>>);

impl Panel {
    /// A panel that shows these, at most [`WIDTH`].
    pub(crate) fn new(cells: &[Arc<EndpointCell>]) -> Arc<Self> {
        let panel = Arc::new(Self { cells: cells.into(), row: ArcSwap::from_pointee(Row::NOTHING) });
        for (place, cell) in cells.iter().enumerate() {
            cell.shown().add(&panel, place);
        }
        // INVARIANT: whoever tells a cell something from here on finds the panel there, and what was told before is read here.
        fence(Ordering::SeqCst);
        panel.renew(0..cells.len());
        panel
    }

    /// Whether it shows just these.
    pub(crate) fn shows(&self, cells: &[Arc<EndpointCell>]) -> bool {
        self.cells.len() == cells.len()
            && self.cells.iter().zip(cells).all(|(own, other)| Arc::ptr_eq(own, other))
    }

    /// What is on it now. Hold it for no longer than one walk.
    #[inline]
    pub(crate) fn row(&self) -> Guard<Arc<Row>> {
        self.row.load()
    }

    /// Reads the cells at these places again.
    fn renew(&self, places: impl Iterator<Item = usize> + Clone) {
        // Read anew at each try, so that what is published last was read last.
        self.row.rcu(|row| {
            let mut next = Row::clone(row);
            for place in places.clone() {
                if let Some(cell) = self.cells.get(place) {
                    next.read(place, cell.told());
                }
            }
            let told = next.told.get(..self.cells.len()).unwrap_or_default();
            next.oldest = told.iter().copied().min().unwrap_or_default();
            next
        });
    }
}

impl Row {
    const NOTHING: Self = Self {
        oldest: 0,
        told: [0; WIDTH],
        waiting: [f64::NAN; WIDTH],
        running: [f64::NAN; WIDTH],
        kv_usage: [f64::NAN; WIDTH],
    };

    fn read(&mut self, place: usize, polled: &Polled) {
        let count = |count: Option<u32>| count.map_or(f64::NAN, f64::from);
        let values = [
            (&mut self.waiting, count(polled.waiting())),
            (&mut self.running, count(polled.running())),
            (&mut self.kv_usage, polled.kv_usage().unwrap_or(f64::NAN)),
        ];
        for (column, value) in values {
            if let Some(to) = column.get_mut(place) {
                *to = value;
            }
        }
        if let Some(to) = self.told.get_mut(place) {
            *to = polled.told();
        }
    }

    /// Whether every endpoint told at `oldest` or later.
    #[inline]
    pub(crate) fn is_since(&self, oldest: Nanos) -> bool {
        self.oldest > oldest.get()
    }

    /// Whether the endpoint at `place` told at `oldest` or later.
    #[inline]
    pub(crate) fn is_place_since(&self, place: usize, oldest: Nanos) -> bool {
        self.told.get(place).is_some_and(|told| *told > oldest.get())
    }
}

impl Shown {
    /// Also on `panel`. Panels that are gone are forgotten.
    fn add(&self, panel: &Arc<Panel>, place: usize) {
        self.0.rcu(|panels| {
            let there = panels.iter().flat_map(|panels| panels.iter());
            let alive = there.filter(|(panel, _)| panel.strong_count() > 0).cloned();
            let mut next: Vec<_> = alive.collect();
            next.push((Arc::downgrade(panel), place));
            Some(Arc::new(next))
        });
    }

    /// The cell was told something.
    pub(super) fn renew(&self) {
        // INVARIANT: see `Panel::new`.
        fence(Ordering::SeqCst);
        for (panel, place) in self.0.load().iter().flat_map(|panels| panels.iter()) {
            if let Some(panel) = panel.upgrade() {
                panel.renew(std::iter::once(*place));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signals::LoadReport;

    fn report(waiting: u32) -> LoadReport {
        LoadReport { waiting: Some(waiting), ..LoadReport::default() }
    }

    #[test]
    fn a_panel_repeats_what_its_cells_were_told_before_and_after() {
        let cells: Vec<Arc<EndpointCell>> = (0..3).map(|_| Arc::default()).collect();
        cells[0].set_load(&report(7), Nanos::new(10));
        let panel = Panel::new(&cells);
        let other = Panel::new(&cells[1..]);
        assert!(panel.row().waiting[0] == 7.0 && panel.row().waiting[1].is_nan());
        assert!(!panel.row().is_since(Nanos::new(0)), "two never told");
        cells[1].set_load(&report(2), Nanos::new(20));
        cells[2].set_load(&report(3), Nanos::new(30));
        assert_eq!((panel.row().waiting[1], other.row().waiting[0], other.row().waiting[1]), (2.0, 2.0, 3.0));
        assert!(panel.row().is_since(Nanos::new(10)) && !panel.row().is_since(Nanos::new(11)));
        assert!(
            panel.row().is_place_since(1, Nanos::new(20)) && !panel.row().is_place_since(1, Nanos::new(21))
        );
        assert!(other.row().is_since(Nanos::new(20)) && !other.row().is_place_since(2, Nanos::new(0)));
    }

    #[test]
    fn cells_forget_panels_that_are_gone() {
        let cells: Vec<Arc<EndpointCell>> = vec![Arc::default()];
        for _ in 0..10 {
            drop(Panel::new(&cells));
        }
        let kept = Panel::new(&cells);
        assert_eq!(cells[0].shown().0.load().as_ref().map(|panels| panels.len()), Some(1));
        assert!(kept.shows(&cells) && !kept.shows(&[]) && !kept.shows(&[Arc::default()]));
    }

    #[test]
    fn nothing_is_lost_between_writers_and_new_panels() {
        let cells: Vec<Arc<EndpointCell>> = (0..4).map(|_| Arc::default()).collect();
        let last = std::thread::scope(|threads| {
            for cell in &cells {
                threads
                    .spawn(move || (1..=2_000).for_each(|n| cell.set_load(&report(n), Nanos::new(n.into()))));
            }
            let mut last = Panel::new(&cells);
            (0..200).for_each(|_| last = Panel::new(&cells));
            last
        });
        assert_eq!(last.row().waiting[..4], [2_000.0; 4]);
    }
}
