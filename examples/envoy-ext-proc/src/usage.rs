//! What an answer says of its own cost: its `usage`, which stands at the end of the one JSON object or in one of the last events of a stream.

use serde_json::Value;

/// As much of an answer's end as a usage needs.
const KEPT: usize = 16 << 10;
const KEY: &[u8] = b"\"usage\":";

/// The end of an answer.
#[derive(Default)]
pub(crate) struct End(Vec<u8>);

impl End {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(&bytes[bytes.len().saturating_sub(KEPT)..]);
        // Cut now and then only, so that each byte is moved once.
        if self.0.len() > 2 * KEPT {
            self.0.drain(..self.0.len() - KEPT);
        }
    }

    /// Tokens of the prompt that the endpoint had in its prefix cache, where the answer tells.
    pub(crate) fn cached_tokens(&self) -> Option<u32> {
        let mut starts = (0..self.0.len()).rev().filter(|at| {
            // Within a text the quote would be escaped.
            self.0[*at..].starts_with(KEY) && (*at == 0 || self.0[*at - 1] != b'\\')
        });
        starts.find_map(|at| {
            let value = &self.0[at + KEY.len()..];
            let usage = serde_json::Deserializer::from_slice(value).into_iter::<Value>().next()?.ok()?;
            u32::try_from(usage["prompt_tokens_details"]["cached_tokens"].as_u64()?).ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cached(chunks: &[&str]) -> Option<u32> {
        let mut end = End::default();
        chunks.iter().for_each(|chunk| end.push(chunk.as_bytes()));
        end.cached_tokens()
    }

    #[test]
    fn usage_is_found_in_answers_and_in_streams() {
        let whole = r#"{"choices": [], "usage": {"prompt_tokens": 40, "prompt_tokens_details": {"cached_tokens": 32}}}"#;
        assert_eq!(cached(&[whole]), Some(32));
        let events = [
            "data: {\"choices\":[{}],\"usage\":null}\n\n",
            "data: {\"choices\":[],\"usage\":{\"prompt_tokens_details\":{\"cached_",
            "tokens\":16}}}\n\ndata: [DONE]\n\n",
        ];
        assert_eq!(cached(&events), Some(16));
    }

    #[test]
    fn a_usage_in_a_text_is_none() {
        let text = r#"{"content": "\"usage\":{\"prompt_tokens_details\":{\"cached_tokens\":9}}"}"#;
        assert_eq!(cached(&[text]), None);
        assert_eq!(cached(&[r#"{"usage": 3}"#]), None);
        assert_eq!(cached(&[]), None);
    }

    #[test]
    fn only_the_end_is_kept() {
        let long = "x".repeat(1000);
        let mut end = End::default();
        (0..100).for_each(|_| end.push(long.as_bytes()));
        assert!(end.0.len() <= 2 * KEPT);
        end.push(br#""usage":{"prompt_tokens_details":{"cached_tokens":1}}"#);
        assert_eq!(end.cached_tokens(), Some(1));
    }
}
