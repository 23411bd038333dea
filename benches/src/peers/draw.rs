//! Chance, drawn from a seed, so that a run can be repeated.

/// A small generator (SplitMix64). Statistically good enough for ties and picks at random, and the same on every platform.
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    /// A generator of this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mixed(self.0)
    }

    /// A number below `bound`, each as likely as the others but for 2^-64; 0 for a bound of 0.
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.bits()) * bound as u128) >> 64) as usize
    }

    /// Any of these.
    pub fn any(&mut self, among: impl Iterator<Item = usize>) -> Option<usize> {
        self.least(among, |_| 0)
    }

    /// The one of the least key, any of them where several have it. Keys that do not compare, such as NaN, never win against others.
    pub fn least<K: PartialOrd>(
        &mut self,
        among: impl Iterator<Item = usize>,
        mut key: impl FnMut(usize) -> K,
    ) -> Option<usize> {
        let mut best: Option<(usize, K)> = None;
        let mut ties = 1;
        for each in among {
            let its = key(each);
            match &best {
                Some((_, least)) if its == *least => {
                    ties += 1;
                    if self.below(ties) == 0 {
                        best = Some((each, its));
                    }
                }
                Some((_, least)) if its < *least || least.partial_cmp(least).is_none() => {
                    ties = 1;
                    best = Some((each, its));
                }
                Some(_) => {}
                None => best = Some((each, its)),
            }
        }
        best.map(|(each, _)| each)
    }
}

/// A number whose bits all depend on all bits of `number`.
pub(super) fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_that_of_splitmix64() {
        // The reference implementation's first outputs for the seed 1234567.
        let mut draw = Draw::new(1_234_567);
        assert_eq!(draw.bits(), 6_457_827_717_110_365_317);
        assert_eq!(draw.bits(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn ties_are_shared_out_evenly() {
        let mut draw = Draw::new(7);
        let mut wins = [0; 4];
        for _ in 0..30_000 {
            let winner = draw.least(0..4, |n| if n == 2 { 5 } else { 1 });
            wins[winner.expect("four take part")] += 1;
        }
        assert_eq!(wins[2], 0);
        for n in [0, 1, 3] {
            assert!((9_600..10_400).contains(&wins[n]), "{wins:?}");
        }
    }

    #[test]
    fn what_is_no_number_does_not_win() {
        let keys = [f64::NAN, 3.0, f64::NAN];
        assert_eq!(Draw::new(1).least(0..3, |n| keys[n]), Some(1));
        assert_eq!(Draw::new(1).any(0..0), None);
    }
}
