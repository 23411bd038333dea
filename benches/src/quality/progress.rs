//! How far a long matrix is, on the terminal.

use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A bar on a terminal, a line for every twentieth elsewhere.
#[derive(Debug)]
pub struct Progress {
    began: Instant,
    terminal: bool,
    last: Mutex<(Option<Instant>, usize)>,
}

/// Cells of the bar.
const WIDTH: usize = 32;

impl Progress {
    /// Begins now.
    pub fn begin() -> Self {
        Self { began: Instant::now(), terminal: std::io::stderr().is_terminal(), last: Mutex::new((None, 0)) }
    }

    /// Tells that so many of all are over, the last of them that one.
    pub fn tell(&self, done: usize, total: usize, name: &str) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let part = done * 20 / total.max(1);
        let due = if self.terminal {
            done == total || last.0.is_none_or(|at| at.elapsed() > Duration::from_millis(200))
        } else {
            part > last.1
        };
        if !due {
            return;
        }
        *last = (Some(Instant::now()), part.max(last.1));
        let line = line(done, total, self.began.elapsed(), name);
        let mut out = std::io::stderr().lock();
        _ = if self.terminal { write!(out, "\r\x1b[K{line}") } else { writeln!(out, "{line}") };
        _ = out.flush();
    }

    /// Ends the bar's line.
    pub fn end(&self) {
        if self.terminal {
            eprintln!();
        }
    }
}

fn line(done: usize, total: usize, passed: Duration, name: &str) -> String {
    let full = WIDTH * done / total.max(1);
    let left = passed.as_secs_f64() * (total - done.min(total)) as f64 / done.max(1) as f64;
    let bar = "█".repeat(full) + &"░".repeat(WIDTH - full);
    format!("{bar} {done}/{total}  {} gone, {} to go  {name}", clock(passed.as_secs_f64()), clock(left))
}

fn clock(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    if seconds >= 3_600 {
        return format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    }
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::line;
    use std::time::Duration;

    #[test]
    fn a_line_says_how_much_is_done_and_how_long_the_rest_takes() {
        let line = line(8, 32, Duration::from_secs(1_300), "conversation");
        assert_eq!(line.matches('█').count(), 8);
        assert!(line.ends_with("8/32  21:40 gone, 1:05:00 to go  conversation"), "{line}");
    }
}
