//! Decisions remembered by the exact bytes of a key.
//!
//! Logs repeat a few hundred keys for ever. What a key means is asked once; then it is a hash of its two ends, a place in a table, and one
//! comparison.

/// Longer keys are not remembered.
pub(crate) const LONGEST: usize = 63;
/// Longer values are not: the usual name of a browser has 100 to 120 bytes.
pub(crate) const LONGEST_VALUE: usize = 127;
/// Places of a table for what a pass asks all the time; a key has two to choose from.
const MANY: usize = 4096;
/// And for what it asks now and then. A start touches all places of a table, and a page that is touched first costs a microsecond.
pub(crate) const SOME: usize = 1024;

#[derive(Clone, Copy)]
struct Place<T, const N: usize> {
    length: u8,
    key: [u8; N],
    value: T,
}

/// A table of bounded size, made when there is something to remember: of keys that want the same place those that came last stay.
pub(crate) struct Remembered<T, const N: usize = LONGEST, const PLACES: usize = MANY> {
    /// For each place two bytes that its key told. What is not remembered, which is each new value, is found out in them alone: they
    /// stay in the first cache, the places don't.
    tags: Vec<u16>,
    /// The same of what is to be remembered when it comes again: most values never do.
    met: Vec<u16>,
    places: Vec<Place<T, N>>,
}

impl<T, const N: usize, const PLACES: usize> Default for Remembered<T, N, PLACES> {
    fn default() -> Self {
        Self {
            tags: Vec::new(),
            met: Vec::new(),
            places: Vec::new(),
        }
    }
}

impl<T: Copy, const N: usize, const PLACES: usize> Remembered<T, N, PLACES> {
    /// What is remembered about `key`, or else what `decide` says about it.
    #[inline]
    pub fn get_or(&mut self, key: &[u8], decide: impl FnOnce(&[u8]) -> T) -> T {
        match self.get(key) {
            Some(value) => value,
            None => {
                let value = decide(key);
                self.put(key, value);
                value
            }
        }
    }

    /// What is remembered about `key`.
    #[inline]
    pub fn get(&self, key: &[u8]) -> Option<T> {
        let (first, tag) = place(key, PLACES);
        let held = |at: usize| {
            let held = self.places.get(at).filter(|_| self.tags[at] == tag)?;
            // an empty place has a length that no key has
            (held.key.get(..usize::from(held.length)) == Some(key)).then_some(held.value)
        };
        held(first).or_else(|| held(first ^ 1))
    }

    /// Remembers `value` about a key that was here before, or else only that it was: to keep what never comes again costs as much as to
    /// look at it.
    pub fn put_again(&mut self, key: &[u8], value: T) {
        if self.met.is_empty() {
            self.met = vec![0; PLACES];
        }
        let (at, tag) = place(key, PLACES);
        if self.met[at] == tag {
            self.put(key, value);
        }
        self.met[at] = tag;
    }

    /// Remembers `value` about `key`, in place of what was.
    pub fn put(&mut self, key: &[u8], value: T) {
        if key.len() > N {
            return;
        }
        if self.places.is_empty() {
            let empty = Place {
                length: u8::MAX,
                key: [0; N],
                value,
            };
            self.places = vec![empty; PLACES];
            self.tags = vec![0; PLACES];
        }
        let (first, tag) = place(key, PLACES);
        let same = |held: &Place<T, N>| held.key.get(..usize::from(held.length)) == Some(key);
        if !same(&self.places[first]) {
            // the one that was here moves over
            self.places[first ^ 1] = self.places[first];
            self.tags[first ^ 1] = self.tags[first];
        }
        let place = &mut self.places[first];
        place.length = key.len() as u8;
        place.key[..key.len()].copy_from_slice(key);
        place.value = value;
        self.tags[first] = tag;
    }
}

/// Where a key belongs among so many places, and its tag: its ends and its length, mixed by one multiplication (Knuth's multiplicative
/// hashing).
#[inline]
fn place(key: &[u8], places: usize) -> (usize, u16) {
    let n = key.len();
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |w, c| w << 8 | u64::from(*c));
    let (a, b) = if n >= 8 {
        (word(&key[..8]), word(&key[n - 8..]))
    } else if n >= 4 {
        (word(&key[..4]), word(&key[n - 4..]))
    } else {
        (word(key), 0)
    };
    let mixed = (a ^ b.rotate_left(29) ^ n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed >> 52) as usize % places, (mixed >> 36) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_asked_once_and_its_own_answer_comes_back() {
        let mut table = Remembered::<u32>::default();
        let keys: Vec<String> = (0..200).map(|i| format!("Key{i}Name")).collect();
        let mut asked = 0;
        for _ in 0..3 {
            for (i, key) in keys.iter().enumerate() {
                let value = table.get_or(key.as_bytes(), |_| {
                    asked += 1;
                    i as u32
                });
                assert_eq!(value, i as u32);
            }
        }
        assert!(asked < 220, "{asked}");
    }

    #[test]
    fn what_comes_once_is_not_kept() {
        let mut table = Remembered::<u32>::default();
        table.put_again(b"once", 1);
        assert_eq!(table.get(b"once"), None);
        table.put_again(b"once", 1);
        assert_eq!(table.get(b"once"), Some(1));
    }

    #[test]
    fn long_keys_are_asked_each_time() {
        let mut table = Remembered::<u32>::default();
        let key = [b'x'; 255];
        assert_eq!(table.get_or(&key, |_| 1), 1);
        assert_eq!(table.get_or(&key, |_| 2), 2);
        assert_eq!(table.get_or(b"", |_| 3), 3);
        assert_eq!(table.get_or(b"", |_| 4), 3);
    }
}
