//! Repeatable random numbers: the same seed gives the same contacts, ids and faults.

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A `SplitMix64` generator (Steele, Lea, Flood 2014): tiny, and good enough for test data.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// A number from 0 up to, but not including, 1.
    pub fn fraction(&mut self) -> f64 {
        let [a, b, c, d, ..] = self.next().to_be_bytes();
        f64::from(u32::from_be_bytes([a, b, c, d])) / 4_294_967_296.0
    }

    /// One of the items; `None` only if there are none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let count = u64::try_from(items.len()).ok().filter(|count| *count > 0)?;
        items.get(usize::try_from(self.next() % count).ok()?)
    }
}

fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Generates ids that look like the vendor's, never repeat, and reveal nothing about their order.
#[derive(Debug, Clone)]
pub struct Ids {
    seed: u64,
    given: u64,
}

impl Ids {
    pub fn new(seed: u64) -> Self {
        Self { seed: mix(seed ^ 0x5EED), given: 0 }
    }

    pub fn next(&mut self) -> String {
        self.given += 1;
        // `mix` is a bijection, so two counts never give the same number.
        let mut rest = mix(self.given ^ self.seed);
        let mut id = String::from("01J");
        for _ in 0..13 {
            let digit = usize::try_from(rest % 32).unwrap_or_default();
            id.push(char::from(CROCKFORD[digit]));
            rest /= 32;
        }
        id
    }
}
