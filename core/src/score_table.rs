//! The endpoints of a pool in an explanation: who was removed, how each scorer rated who was not, and what would have changed the pick.

use std::fmt::Write;

use crate::explanation::{KEPT, Section};

/// A row an endpoint, in the order of the pool.
#[derive(Debug, Default)]
pub(crate) struct ScoreTable {
    rows: Vec<Row>,
    left_out: usize,
    /// The endpoint that the highest score took.
    best: Option<String>,
}

#[derive(Debug)]
struct Row {
    id: String,
    line: String,
    ratings: Vec<Rating>,
}

/// What a scorer made of an endpoint.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rating {
    pub(crate) scorer: &'static str,
    /// `None` where it could make nothing of it.
    pub(crate) rating: Option<f64>,
    pub(crate) weight: f64,
    pub(crate) points: f64,
}

impl Row {
    fn score(&self) -> Option<f64> {
        self.ratings.first()?;
        Some(self.ratings.iter().map(|rating| rating.points).sum())
    }
}

impl ScoreTable {
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn add(&mut self, id: &str, line: String) {
        if self.rows.len() == KEPT {
            self.left_out += 1;
        } else {
            self.rows.push(Row { id: id.to_owned(), line, ratings: Vec::new() });
        }
    }

    pub(crate) fn rate(&mut self, id: &str, rating: Rating) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.id == id) {
            row.ratings.push(rating);
        }
    }

    /// Whom the highest score took.
    pub(crate) fn pick(&mut self, id: &str) {
        self.best.get_or_insert_with(|| id.to_owned());
    }

    /// Puts the rows before the lines of a section, and after them what would have changed the pick.
    pub(crate) fn print_around(self, section: &mut Section) {
        section.lines.extend(self.nearest_change());
        let rows = self.rows.into_iter().map(|row| {
            let score = row.score();
            let mut line = row.line;
            for Rating { scorer, rating, points, .. } in row.ratings {
                _ = match rating {
                    Some(rating) => write!(line, ", {scorer} {rating:.4} gives {points:.4}"),
                    None => write!(line, ", {scorer} knows nothing"),
                };
            }
            _ = score.map(|score| write!(line, ", score {score:.4}"));
            line
        });
        section.lines.splice(0..0, rows);
        section.left_out += self.left_out;
    }

    /// The least that a scorer would have to see differently for another endpoint to be picked.
    fn nearest_change(&self) -> Option<String> {
        let best = self.rows.iter().find(|row| Some(&row.id) == self.best.as_ref())?;
        let others = self.rows.iter().filter(|row| row.id != best.id);
        let second = others.filter_map(|row| Some((row.score()?, row)));
        let (score, second) = second.max_by(|a, b| a.0.total_cmp(&b.0))?;
        let gap = best.score()? - score;
        let mut line = format!("nearest change: {} is {gap:.4} points behind", second.id);
        // Of the scorers that could make up for it alone, the one that would have to move least.
        let ways = second.ratings.iter().filter_map(|rating| {
            let now = rating.rating.unwrap_or_default().clamp(0.0, 1.0);
            let wanted = now + gap / rating.weight;
            (rating.weight > 0.0 && wanted <= 1.0).then_some((now, wanted, rating.scorer))
        });
        match ways.min_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0))) {
            Some((now, wanted, scorer)) if gap > 0.0 => {
                _ = write!(line, "; a {scorer} of more than {wanted:.4} instead of {now:.4} would win");
            }
            None if gap > 0.0 => line.push_str("; no scorer alone could make up for that"),
            _ => line.push_str("; another seed may pick it"),
        }
        Some(line)
    }
}
