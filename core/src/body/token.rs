//! The smallest parts of JSON: escapes in strings, numbers and words.

use super::error::BodyCode::*;
use super::error::Flaw;
use super::scan::Scanner;

impl Scanner<'_> {
    /// Past the escape that begins here.
    pub(super) fn escape(&mut self) -> Result<(), Flaw> {
        let start = self.at;
        self.forward(1);
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.forward(1);
                Ok(())
            }
            Some(b'u') => {
                self.forward(1);
                match self.unit()? {
                    0xd800..=0xdbff
                        if self.text.as_bytes().get(self.at..).unwrap_or_default().starts_with(b"\\u") =>
                    {
                        self.forward(2);
                        match self.unit()? {
                            0xdc00..=0xdfff => Ok(()),
                            _ => Err(Flaw { code: LoneSurrogate, at: start }),
                        }
                    }
                    0xd800..=0xdfff => Err(Flaw { code: LoneSurrogate, at: start }),
                    _ => Ok(()),
                }
            }
            _ => Err(self.flaw(BadEscape)),
        }
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Result<u32, Flaw> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else { return Err(self.flaw(BadEscape)) };
            unit = unit << 4 | digit;
            self.forward(1);
        }
        Ok(unit)
    }

    /// Past a number, `true`, `false` or `null`.
    #[inline(always)]
    pub(super) fn scalar(&mut self) -> Result<(), Flaw> {
        match self.peek() {
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word(b"true"),
            Some(b'f') => self.word(b"false"),
            Some(b'n') => self.word(b"null"),
            _ => Err(self.flaw(ExpectedValue)),
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Flaw> {
        for byte in word {
            if self.peek() != Some(*byte) {
                return Err(self.flaw(ExpectedValue));
            }
            self.forward(1);
        }
        Ok(())
    }

    #[inline(always)]
    fn number(&mut self) -> Result<(), Flaw> {
        if self.peek() == Some(b'-') {
            self.forward(1);
        }
        if self.peek() == Some(b'0') {
            self.forward(1);
            if matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(self.flaw(BadNumber));
            }
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.forward(1);
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.forward(1);
            if let Some(b'+' | b'-') = self.peek() {
                self.forward(1);
            }
            self.digits()?;
        }
        Ok(())
    }

    /// One digit or more.
    #[inline(always)]
    fn digits(&mut self) -> Result<(), Flaw> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.flaw(BadNumber));
        }
        while let Some(b'0'..=b'9') = self.peek() {
            self.forward(1);
        }
        Ok(())
    }
}
