//! Inputs made of others.

/// A source of mutations; the same seed gives the same ones.
pub struct Mutator<'a> {
    state: u64,
    words: &'a [Vec<u8>],
}

/// The maximum length of an input, in bytes: what breaks a reader breaks it with less.
const LONGEST: usize = 64 << 10;

impl<'a> Mutator<'a> {
    pub fn new(seed: u64, words: &'a [Vec<u8>]) -> Self {
        Self { state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1, words }
    }

    /// A number below `end`; 0 where that is 0.
    fn below(&mut self, end: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state % (end.max(1) as u64)).unwrap_or(0)
    }

    /// One of the corpus, changed in one to eight places.
    pub fn mutated(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut input = corpus[self.below(corpus.len())].clone();
        for _ in 0..=self.below(8) {
            self.mutate(&mut input, corpus);
        }
        input.truncate(LONGEST);
        input
    }

    fn mutate(&mut self, input: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        let at = self.below(input.len() + 1);
        let part = at..(at + self.below(32)).min(input.len());
        match self.below(10) {
            0 if at < input.len() => input[at] ^= 1 << self.below(8),
            1 if at < input.len() => input[at] = b"\0\"'\\\n{}[]=,:;-9\x80\xff"[self.below(17)],
            2 => drop(input.drain(part)),
            3 => {
                let copy = input[part].to_vec();
                let to = self.below(input.len() + 1);
                input.splice(to..to, copy);
            }
            4 => input.truncate(at),
            5 => {
                let other = &corpus[self.below(corpus.len())];
                let from = self.below(other.len());
                let to = (from + self.below(200)).min(other.len());
                input.splice(at..at, other[from..to].iter().copied());
            }
            6 | 7 if !self.words.is_empty() => {
                let word = &self.words[self.below(self.words.len())];
                input.splice(part, word.iter().copied());
            }
            // The same many times: what is counted, nested or doubled.
            8 => {
                let copy = input[part].repeat(self.below(60));
                input.splice(at..at, copy);
            }
            _ => {
                let digits = ["0", "-1", "18446744073709551616", "1e400", "2147483648", "0001-01-01", "9999-12-31"];
                input.splice(part, digits[self.below(digits.len())].bytes());
            }
        }
    }
}
