//! Whose prompt it is: what keeps equal texts apart.

/// What goes into the root of a chain of hashes. Two prompts share a hash only where all of it is equal.
///
/// Take tenant and salt from what the gateway has authenticated, never from the client's own body or headers: whoever can choose them can ask which
/// prompts of another tenant are warm. An absent field is an empty one.
///
/// ```
/// use inferroute::Scope;
/// let scope = Scope::new("llama-3-8b").adapter("sql-lora").tenant("acme");
/// assert_ne!(scope, Scope::new("llama-3-8b"));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope<'a> {
    pub(super) model: &'a str,
    pub(super) adapter: &'a str,
    pub(super) tenant: &'a str,
    pub(super) salt: &'a str,
}

impl<'a> Scope<'a> {
    /// Prompts for `model`.
    pub const fn new(model: &'a str) -> Self {
        Self { model, adapter: "", tenant: "", salt: "" }
    }

    /// The LoRA adapter.
    #[must_use]
    pub const fn adapter(self, adapter: &'a str) -> Self {
        Self { adapter, ..self }
    }

    /// The tenant.
    #[must_use]
    pub const fn tenant(self, tenant: &'a str) -> Self {
        Self { tenant, ..self }
    }

    /// The cache salt that the engines get as well.
    #[must_use]
    pub const fn salt(self, salt: &'a str) -> Self {
        Self { salt, ..self }
    }

    pub(super) fn fields(&self) -> [&'a str; 4] {
        [self.model, self.adapter, self.tenant, self.salt]
    }
}
