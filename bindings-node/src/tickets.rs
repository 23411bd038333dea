//! The tickets that JavaScript holds by number.

use inferroute::{Nanos, Ticket};

/// Requests in flight. A number is given anew only after its ticket came to its end.
#[derive(Default)]
pub(crate) struct Tickets {
    slots: Vec<Option<Ticket>>,
    free: Vec<usize>,
}

/// How a ticket ends.
#[derive(Clone, Copy)]
pub(crate) enum End {
    /// The request was answered.
    Finished,
    /// It failed at this time.
    Failed(Nanos),
    /// Nobody says.
    Dropped,
}

impl Tickets {
    /// The number that the next ticket will have.
    pub(crate) fn next(&self) -> usize {
        self.free.last().copied().unwrap_or(self.slots.len())
    }

    /// Keeps a ticket and tells its number.
    pub(crate) fn keep(&mut self, ticket: Ticket) -> usize {
        let number = self.free.pop().unwrap_or(self.slots.len());
        match self.slots.get_mut(number) {
            Some(slot) => *slot = Some(ticket),
            None => self.slots.push(Some(ticket)),
        }
        number
    }

    /// The ticket of that number.
    pub(crate) fn get(&mut self, number: usize) -> Option<&mut Ticket> {
        self.slots.get_mut(number)?.as_mut()
    }

    /// Ends a ticket; one that is not there is passed over.
    pub(crate) fn end(&mut self, number: usize, end: End) {
        if let Some(ticket) = self.slots.get_mut(number).and_then(Option::take) {
            match end {
                End::Finished => ticket.finish(),
                End::Failed(now) => ticket.fail(now),
                End::Dropped => drop(ticket),
            }
            self.free.push(number);
        }
    }
}
