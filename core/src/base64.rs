//! Base64 with padding (RFC 4648, section 4), as much of it as session tokens need.

use smallvec::SmallVec;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// No id of an endpoint is longer: namespace, name, port.
const LONGEST: usize = 384;

pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| chunk.get(at).copied().map_or(0, u32::from);
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let six = usize::try_from(word >> (18 - 6 * digit) & 63).unwrap_or_default();
            let symbol = ALPHABET.get(six).copied().unwrap_or(b'=');
            text.push(if digit <= chunk.len() { char::from(symbol) } else { '=' });
        }
    }
    text
}

/// The bytes that a text stands for, `None` for what is no base64 or longer than any id. Allocates nothing.
pub(crate) fn decode(text: &str) -> Option<SmallVec<[u8; LONGEST]>> {
    let text = text.as_bytes();
    if text.is_empty() || !text.len().is_multiple_of(4) || text.len() / 4 * 3 > LONGEST {
        return None;
    }
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    let digits = text.get(..text.len() - padding).filter(|_| padding <= 2)?;
    let mut bytes = SmallVec::new();
    for chunk in digits.chunks(4) {
        let mut word = 0;
        for digit in chunk {
            word = word << 6 | value(*digit)?;
        }
        let held = chunk.len() - 1;
        let word = word << (6 * (4 - chunk.len()));
        bytes.extend_from_slice(word.to_be_bytes().get(1..=held)?);
    }
    Some(bytes)
}

fn value(digit: u8) -> Option<u32> {
    Some(u32::from(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_of_rfc_4648() {
        let pairs =
            [("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE=")];
        for (plain, encoded) in pairs {
            assert_eq!(encode(plain.as_bytes()), encoded);
            assert_eq!(decode(encoded).as_deref(), Some(plain.as_bytes()));
        }
        assert_eq!(encode(b""), "");
    }

    #[test]
    fn every_byte_comes_back_and_nothing_else_decodes() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(decode(&encode(&all)).as_deref(), Some(&*all));
        for bad in ["", "Z", "Zg", "Zg=", "Zg===", "====", "Zm9v\n", "Z-9v", "Zm=v", &"A".repeat(1000)] {
            assert!(decode(bad).is_none(), "{bad:?}");
        }
    }
}
