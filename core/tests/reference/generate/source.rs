//! Where a generated configuration takes its numbers from: a seed, or bytes that a fuzzer chose.

use super::super::draw::split_mix;

/// A stream of small numbers.
pub(crate) struct Source {
    bytes: Vec<u8>,
    taken: usize,
    counter: u64,
}

impl Source {
    /// The stream of a seed.
    pub(crate) fn seeded(seed: u64) -> Source {
        Source { bytes: Vec::new(), taken: 0, counter: seed }
    }

    /// The stream of these bytes; behind their end a fixed one.
    pub(crate) fn bytes(bytes: &[u8]) -> Source {
        Source { bytes: bytes.to_vec(), taken: 0, counter: 0 }
    }

    /// A number below `n`: of as many bytes as `n` needs, so that a byte changed changes one choice.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        let mut number: u64 = 0;
        let mut range: u64 = 1;
        while range < n as u64 {
            number = number << 8 | self.byte();
            range <<= 8;
        }
        (number % n.max(1) as u64) as usize
    }

    fn byte(&mut self) -> u64 {
        self.taken += 1;
        match self.bytes.get(self.taken - 1) {
            Some(byte) => u64::from(*byte),
            None => split_mix(&mut self.counter) >> 56,
        }
    }

    /// True once in `n` times.
    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of these.
    pub(crate) fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.below(among.len())]
    }

    /// Another order of the same items.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
