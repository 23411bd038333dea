//! What HTTP allows in headers.

/// RFC 9110, section 5.1.
pub(super) fn is_header_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

/// RFC 9110, section 5.5: no control characters, so that no value can end its line. An empty value sets nothing.
pub(super) fn is_header_value(value: &str) -> bool {
    !value.is_empty() && !value.bytes().any(|b| b.is_ascii_control() && b != b'\t')
}
