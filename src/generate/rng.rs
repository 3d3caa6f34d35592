//! The source of all randomness here: small, seeded, and the same for ever.
//!
//! A crate would do as well today, but its next major version may give other numbers for the same seed, and then the
//! shipped sample could not be made again. xoshiro256++ is a page of public-domain code that never changes.

/// A seeded pseudo-random generator (xoshiro256++, Blackman and Vigna 2019).
#[derive(Clone)]
pub struct Rng([u64; 4]);

impl Rng {
    /// Starts from a seed; equal seeds give equal sequences on every machine.
    pub fn new(seed: u64) -> Self {
        // splitmix64 spreads the seed's bits over the whole state, as the authors advise.
        let mut x = seed;
        let mut step = || {
            x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = x;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        };
        Self([step(), step(), step(), step()])
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let s = &mut self.0;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// A number in `0..n`; 0 if `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// A number in `low..=high`.
    pub fn range(&mut self, low: u64, high: u64) -> u64 {
        low + self.below((high - low + 1) as usize) as u64
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        ((self.bits() >> 11) as f64) < p * (1u64 << 53) as f64
    }

    /// One of a non-empty list.
    pub fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    /// One of a non-empty list of plain values.
    pub fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// A decimal number between `low` and `high` with `places` digits after the point.
    pub fn decimal(&mut self, low: f64, high: f64, places: usize) -> String {
        let x = low + (high - low) * ((self.bits() >> 11) as f64 / (1u64 << 53) as f64);
        format!("{x:.places$}")
    }

    /// `n` decimal digits, the first of which is not 0.
    pub fn digits(&mut self, n: usize) -> String {
        (0..n).map(|i| if i == 0 { b'1' + self.below(9) as u8 } else { b'0' + self.below(10) as u8 } as char).collect()
    }

    /// `n` decimal digits, any.
    pub fn any_digits(&mut self, n: usize) -> String {
        (0..n)
            .map(|_| (b'0' + self.below(10) as u8) as char)
            .collect()
    }

    /// `n` characters of an ASCII alphabet.
    pub fn letters(&mut self, n: usize, alphabet: &str) -> String {
        let all = alphabet.as_bytes();
        (0..n).map(|_| all[self.below(all.len())] as char).collect()
    }

    /// `n` lower-case hexadecimal digits.
    pub fn hex(&mut self, n: usize) -> String {
        self.letters(n, "0123456789abcdef")
    }

    /// A version 4 UUID, lower case.
    pub fn uuid(&mut self) -> String {
        let variant = self.one(&['8', '9', 'a', 'b']);
        format!(
            "{}-{}-4{}-{variant}{}-{}",
            self.hex(8),
            self.hex(4),
            self.hex(3),
            self.hex(3),
            self.hex(12)
        )
    }

    /// `n` random bytes.
    pub fn bytes(&mut self, n: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(n + 8);
        while out.len() < n {
            out.extend_from_slice(&self.bits().to_le_bytes());
        }
        out.truncate(n);
        out
    }
}
