//! Names of things and the dense numbers that stand for them once a plan is built.
//!
//! A number (`…Ix`) is only ever made by the compile step or by the state that owns the table it points into.

use std::fmt;
use std::marker::PhantomData;

/// `namespace/name` of a Kubernetes object, kept as one text because that is how it is printed and compared.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName {
    text: Box<str>,
}

impl ObjectName {
    pub(crate) fn new(namespace: &str, name: &str) -> Self {
        Self { text: format!("{namespace}/{name}").into_boxed_str() }
    }

    /// The namespace.
    pub fn namespace(&self) -> &str {
        self.text.split_once('/').map_or("", |(namespace, _)| namespace)
    }

    /// The name without its namespace.
    pub fn name(&self) -> &str {
        self.text.split_once('/').map_or(&*self.text, |(_, name)| name)
    }

    /// `namespace/name`.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A dense number that points into one [`Table`].
pub(crate) trait Ix: Copy {
    /// Number 0, which also stands where none is meant.
    const FIRST: Self;
    fn new(position: usize) -> Self;
    fn position(self) -> usize;
}

macro_rules! dense_number {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) struct $name(u32);

        impl Ix for $name {
            const FIRST: Self = Self(0);

            #[expect(clippy::as_conversions, reason = "manifests are limited to far fewer than 2^32 objects")]
            fn new(position: usize) -> Self {
                Self(position as u32)
            }

            #[expect(clippy::as_conversions, reason = "u32 fits usize on every platform we build for")]
            fn position(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

dense_number!(
    /// A route object of the plan.
    RouteIx,
    /// A rule of the plan, over all routes.
    RuleIx,
    /// A position in the order of precedence over all matches of all rules; smaller wins.
    Rank,
    /// A pool of the plan.
    PoolIx,
    /// A service backend of the plan.
    BackendIx,
    /// An endpoint of the state.
    EndpointIx,
    /// A header name that the plan reads.
    NameIx,
);

/// A boxed slice that is read by its own kind of number only.
#[derive(Clone, Debug)]
pub(crate) struct Table<I, T> {
    items: Box<[T]>,
    index: PhantomData<fn(I)>,
}

impl<I: Ix, T> Table<I, T> {
    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &T> {
        self.items.iter()
    }
}

impl<I: Ix, T> FromIterator<T> for Table<I, T> {
    fn from_iter<It: IntoIterator<Item = T>>(items: It) -> Self {
        Self { items: items.into_iter().collect(), index: PhantomData }
    }
}

impl<I: Ix, T> std::ops::Index<I> for Table<I, T> {
    type Output = T;

    #[inline]
    #[expect(
        clippy::indexing_slicing,
        reason = "INVARIANT: numbers are made by the builder of this very table"
    )]
    fn index(&self, index: I) -> &T {
        &self.items[index.position()]
    }
}
