//! The numbers a decision draws: section "Draws", written out.

/// Xoshiro256++ (Blackman and Vigna, 2019), its state filled by SplitMix64 (Steele, Lea and Flood, 2014).
pub(crate) struct Draw {
    seed: u64,
    state: [u64; 4],
}

impl Draw {
    /// The stream of one decision.
    pub(crate) fn new(seed: u64) -> Draw {
        let mut counter = seed;
        let mut state = [0; 4];
        for word in &mut state {
            *word = split_mix(&mut counter);
        }
        Draw { seed, state }
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let output = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let (c, d) = (c ^ a, d ^ b);
        let (b, a) = (b ^ c, a ^ d);
        self.state = [a, b, c ^ (self.state[1] << 17), d.rotate_left(45)];
        output
    }

    /// A number below `n`: the high half of the product of the next output and `n`.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        let product = u128::from(self.next()) * u128::from(n);
        (product >> 64) as u64
    }

    /// The number that this decision gives an endpoint of its own.
    pub(crate) fn of_endpoint(&self, id: &str, address: Option<&str>) -> u64 {
        mix(self.seed ^ Draw::key(id, address))
    }

    /// FNV-1a over an endpoint's id, a zero byte and its address.
    pub(crate) fn key(id: &str, address: Option<&str>) -> u64 {
        let mut key: u64 = 0xcbf2_9ce4_8422_2325;
        for byte in [id.as_bytes(), &[0], address.unwrap_or("").as_bytes()].concat() {
            key = (key ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        key
    }

    /// The number of one of `count` equals.
    pub(crate) fn number(&mut self, count: usize) -> usize {
        self.below(count as u64) as usize
    }

    /// The number of the first whose running sum of weights exceeds a draw below their sum.
    pub(crate) fn weighted(&mut self, weights: &[u64]) -> usize {
        let drawn = self.below(weights.iter().sum());
        let mut running = 0;
        for (number, weight) in weights.iter().enumerate() {
            running += weight;
            if running > drawn {
                return number;
            }
        }
        unreachable!("the running sum ends above every draw below it")
    }
}

/// One output of SplitMix64.
pub(crate) fn split_mix(counter: &mut u64) -> u64 {
    *counter = counter.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mix(*counter)
}

/// What SplitMix64 makes of its counter.
pub(crate) fn mix(mut mixed: u64) -> u64 {
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
