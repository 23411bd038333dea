//! The models that decisions drew, by number, so that a name crosses the border once a plan.

use std::collections::HashMap;

/// Names in the order in which they were first drawn. There are no more than the plan's pools have targets.
#[derive(Default)]
pub(crate) struct Models {
    names: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Models {
    /// The number of a drawn model. Not inlined: most decisions draw none, and its code would stand between theirs.
    #[inline(never)]
    pub(crate) fn number(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len();
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }
}
