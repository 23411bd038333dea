//! Who is compared.

use crate::sim::Gateway;

/// A way to choose endpoints.
pub struct Strategy {
    /// Its name in tables and filters.
    pub name: String,
    /// Its part in the comparison.
    pub role: Role,
    /// Makes a gateway of it; equal seeds, equal choices.
    pub make: Box<dyn Fn(u64) -> Box<dyn Gateway> + Send + Sync>,
}

/// The part of a strategy in the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The shipped router as it is recommended. The bars are about the first of these.
    Shipped,
    /// The same, told wrong costs of the hardware.
    Miscalibrated,
    /// The same without one of its parts.
    Ablated,
    /// A rule of another system.
    Peer,
}

impl Strategy {
    /// A strategy of this name, part and making.
    pub fn new(
        name: &str,
        role: Role,
        make: impl Fn(u64) -> Box<dyn Gateway> + Send + Sync + 'static,
    ) -> Self {
        Self { name: name.to_owned(), role, make: Box::new(make) }
    }
}
