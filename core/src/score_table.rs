//! The endpoints of a pool in an explanation: who was removed, and how each scorer rated who was not.

use std::fmt::Write;

use crate::explanation::{KEPT, Section};

/// A row an endpoint, in the order of the pool.
#[derive(Debug, Default)]
pub(crate) struct ScoreTable {
    rows: Vec<Row>,
    left_out: usize,
}

#[derive(Debug)]
struct Row {
    id: String,
    line: String,
    /// The sum of its points, once a scorer rated it.
    score: Option<f64>,
}

impl ScoreTable {
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn add(&mut self, id: &str, line: String) {
        if self.rows.len() == KEPT {
            self.left_out += 1;
        } else {
            self.rows.push(Row { id: id.to_owned(), line, score: None });
        }
    }

    pub(crate) fn score(&mut self, id: &str, scorer: &str, rating: Option<f64>, points: f64) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.id == id) {
            _ = match rating {
                Some(rating) => write!(row.line, ", {scorer} {rating:.4} gives {points:.4}"),
                None => write!(row.line, ", {scorer} knows nothing"),
            };
            *row.score.get_or_insert_default() += points;
        }
    }

    /// Puts the rows before the lines of a section.
    pub(crate) fn print_before(self, section: &mut Section) {
        let rows = self.rows.into_iter().map(|Row { mut line, score, .. }| {
            _ = score.map(|score| write!(line, ", score {score:.4}"));
            line
        });
        section.lines.splice(0..0, rows);
        section.left_out += self.left_out;
    }
}
