//! What was touched longest ago.

use std::collections::VecDeque;

use super::holders::BlockMap;

/// Blocks in the order in which they were last touched.
#[derive(Clone, Debug, Default)]
pub struct Lru {
    /// The touch of each block that counts.
    stamps: BlockMap<u64>,
    /// All touches, of which only the last of each block counts.
    touches: VecDeque<Touch>,
    next: u64,
}

#[derive(Clone, Copy, Debug)]
struct Touch {
    block: u64,
    stamp: u64,
    at: f64,
}

impl Lru {
    /// The block is the one touched last, at this second, which must not be before that of any other touch.
    pub fn touch(&mut self, block: u64, at: f64) {
        self.next += 1;
        self.stamps.insert(block, self.next);
        self.touches.push_back(Touch { block, stamp: self.next, at });
        if self.touches.len() > 64 + 2 * self.stamps.len() {
            let stamps = &self.stamps;
            self.touches.retain(|touch| stamps.get(&touch.block) == Some(&touch.stamp));
        }
    }

    /// How many blocks there are.
    pub fn len(&self) -> usize {
        self.stamps.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.stamps.is_empty()
    }

    /// Takes out the block that was touched longest ago.
    pub fn pop(&mut self) -> Option<u64> {
        self.pop_if(|_| true)
    }

    /// Takes out the block that was touched longest ago, if that was before this second.
    pub fn pop_before(&mut self, second: f64) -> Option<u64> {
        self.pop_if(|touch| touch.at < second)
    }

    fn pop_if(&mut self, wanted: impl Fn(&Touch) -> bool) -> Option<u64> {
        while let Some(touch) = self.touches.front() {
            let counts = self.stamps.get(&touch.block) == Some(&touch.stamp);
            if counts && !wanted(touch) {
                return None;
            }
            let block = touch.block;
            self.touches.pop_front();
            if counts {
                self.stamps.remove(&block);
                return Some(block);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::draw::Draw;
    use super::*;

    #[test]
    fn the_order_is_that_of_the_last_touch() {
        let mut lru = Lru::default();
        for (second, block) in [1, 2, 3, 1].into_iter().enumerate() {
            lru.touch(block, second as f64);
        }
        assert_eq!((lru.len(), lru.pop_before(1.0)), (3, None));
        assert_eq!(lru.pop_before(1.5), Some(2));
        assert_eq!((lru.pop(), lru.pop(), lru.pop()), (Some(3), Some(1), None));
        assert!(lru.is_empty());
    }

    #[test]
    fn it_agrees_with_a_list_and_does_not_grow_without_bound() {
        let (mut lru, mut list, mut draw) = (Lru::default(), Vec::new(), Draw::new(5));
        for second in 0..20_000 {
            let block = draw.below(40) as u64;
            if draw.below(3) == 0 {
                assert_eq!(lru.pop(), (!list.is_empty()).then(|| list.remove(0)));
            } else {
                lru.touch(block, f64::from(second));
                list.retain(|other| *other != block);
                list.push(block);
            }
            assert_eq!(lru.len(), list.len());
            assert!(lru.touches.len() <= 64 + 2 * 40);
        }
    }
}
