//! Seeds: every made-up value is a function of the server's seed and of its own place, and of nothing else.
//!
//! The mixing is our own, so that the same seed gives the same bytes on every machine and with every version of any crate.

/// A point from which values are drawn. Deriving from it is cheap and never depends on what was drawn before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Seed(u64);

impl Seed {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The seed of a place below this one, named by bytes.
    #[must_use]
    pub(crate) fn with(self, bytes: &[u8]) -> Self {
        let mut state = self.0;
        let (chunks, rest) = bytes.as_chunks::<8>();
        for chunk in chunks {
            state = mix(state, u64::from_le_bytes(*chunk));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        // The length ends the name, so that "a" followed by "b" is another place than "ab".
        Self(mix(mix(state, u64::from_le_bytes(last)), bytes.len() as u64))
    }

    /// The seed of a place below this one, named by a number.
    #[must_use]
    pub(crate) const fn with_number(self, number: u64) -> Self {
        Self(mix(self.0, number))
    }

    /// The bits of this seed.
    pub(crate) const fn bits(self) -> u64 {
        self.0
    }
}

/// One step of mixing: the finaliser of SplitMix64 over both inputs.
const fn mix(state: u64, input: u64) -> u64 {
    finish((state ^ input).wrapping_add(0x9E37_79B9_7F4A_7C15).wrapping_mul(0xD6E8_FEB8_6659_FD93) ^ input.rotate_left(32))
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood, 2014).
pub(crate) const fn finish(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn places_do_not_collide() {
        let root = Seed::new(1);
        let mut seen = HashSet::new();
        for length in 0..64 {
            assert!(seen.insert(root.with(&vec![0; length])), "zeros of length {length}");
            assert!(seen.insert(root.with(b"a").with(&vec![1; length])), "ones of length {length}");
        }
        for number in 0..10_000 {
            assert!(seen.insert(root.with_number(number)), "number {number}");
        }
        assert_ne!(root.with(b"a").with(b"b"), root.with(b"ab"));
    }

    #[test]
    fn values_never_change() {
        // A change here changes every generated answer of every user: it needs a line in the changelog.
        assert_eq!(Seed::new(0).with(b"POST /v1/webhooks/endpoints").bits(), SEED_OF_A_NAME);
        assert_eq!(Seed::new(7).with_number(200).bits(), SEED_OF_A_NUMBER);
    }

    const SEED_OF_A_NAME: u64 = 6_129_186_911_429_337_341;
    const SEED_OF_A_NUMBER: u64 = 13_875_438_432_875_215_588;
}
