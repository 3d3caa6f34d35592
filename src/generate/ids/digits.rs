//! Check digits, sums and groups of digits.

fn digit(b: u8) -> u64 {
    u64::from(b.wrapping_sub(b'0'))
}

/// Sum of digit times weight.
pub(super) fn weighted(digits: &str, weights: &[u64]) -> u64 {
    digits.bytes().zip(weights).map(|(b, w)| digit(b) * w).sum()
}

/// Cuts an ASCII text into groups.
pub(super) fn groups(s: &str, lens: &[usize], sep: &str) -> String {
    let mut at = 0;
    let mut parts = Vec::new();
    for n in lens {
        let end = (at + n).min(s.len());
        parts.push(&s[at..end]);
        at = end;
    }
    parts.join(sep)
}

/// The Luhn check digit (ISO/IEC 7812) for a payload.
pub fn luhn(payload: &str) -> u64 {
    let sum: u64 = payload
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let d = digit(b) * if i % 2 == 0 { 2 } else { 1 };
            d / 10 + d % 10
        })
        .sum();
    (10 - sum % 10) % 10
}

/// The Verhoeff check digit, from the dihedral group D5 rather than from its printed tables.
pub fn verhoeff(payload: &str) -> u64 {
    fn times(a: u64, b: u64) -> u64 {
        match (a < 5, b < 5) {
            (true, true) => (a + b) % 5,
            (true, false) => 5 + (a + b - 5) % 5,
            (false, true) => 5 + (a - 5 + 5 - b) % 5,
            (false, false) => (a - 5 + 5 - (b - 5)) % 5,
        }
    }
    const TURN: [u64; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let mut c = 0;
    for (i, b) in payload.bytes().rev().enumerate() {
        let mut d = digit(b);
        for _ in 0..(i + 1) % 8 {
            d = TURN[d as usize];
        }
        c = times(c, d);
    }
    // The inverse: rotations turn back, reflections undo themselves.
    if c < 5 { (5 - c) % 5 } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Printed examples of the standards: the generator's arithmetic gives their check digits.
    #[test]
    fn published_vectors() {
        assert_eq!(luhn("7992739871"), 3);
        assert_eq!(verhoeff("236"), 3);
        assert_eq!(verhoeff("23412341234"), 6);
    }
}
