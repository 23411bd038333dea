//! The tickets that JavaScript holds by number.

use inferroute::Ticket;

/// Requests in flight. A number is given anew only after its ticket was finished.
#[derive(Default)]
pub(crate) struct Tickets {
    slots: Vec<Option<Ticket>>,
    free: Vec<usize>,
}

impl Tickets {
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
    pub(crate) fn get(&self, number: usize) -> Option<&Ticket> {
        self.slots.get(number)?.as_ref()
    }

    /// Finishes a ticket; one that is not there is passed over.
    pub(crate) fn finish(&mut self, number: usize) {
        if let Some(ticket) = self.slots.get_mut(number).and_then(Option::take) {
            ticket.finish();
            self.free.push(number);
        }
    }
}
