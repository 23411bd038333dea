//! A request's headers as the library looks at them.

use http::HeaderMap;
use inferroute::{Found, HeaderName, Headers};

/// The map as it is: nothing is copied, and only names that the plan reads are looked up.
pub(crate) struct Mapped<'m>(pub(crate) &'m HeaderMap);

impl Headers for Mapped<'_> {
    fn find(&self, name: &HeaderName) -> Found<'_> {
        let mut values = self.0.get_all(name.as_str()).iter();
        match (values.next(), values.next()) {
            (None, _) => Found::Absent,
            (Some(only), None) => Found::One(only.as_bytes()),
            (Some(_), Some(_)) => Found::Several,
        }
    }

    fn nth(&self, name: &HeaderName, nth: usize) -> Option<&[u8]> {
        self.0.get_all(name.as_str()).iter().nth(nth).map(|value| value.as_bytes())
    }
}
