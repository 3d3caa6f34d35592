//! Byte buffers that are used again, so that a steady stream allocates nothing.
//!
//! A buffer that held clear text is zeroed as soon as its batch is done with it, whether it is kept or goes back to the
//! allocator: clear text never outlives its batch. What was redacted needs none of that. Only what a buffer holds is zeroed, for its
//! capacity is two or three times as much and may be more than a core's cache; so whoever shortens one does it with [`cut`].

use std::{
    mem::MaybeUninit,
    sync::{Mutex, PoisonError},
};

/// A stack of free buffers. Last in, first out: the buffer given out is the one most likely still in a cache.
pub struct Buffers {
    free: Mutex<Vec<Vec<u8>>>,
    /// How many are kept.
    keep: usize,
    /// A buffer that grew beyond this (one huge line) is not kept: it would pin its memory for ever.
    largest: usize,
}

impl Buffers {
    /// Keeps at most `keep` buffers of at most `largest` bytes each.
    pub fn new(keep: usize, largest: usize) -> Self {
        Self {
            free: Mutex::default(),
            keep,
            largest,
        }
    }

    /// An empty buffer, with the capacity it had when it came back.
    pub fn take(&self) -> Vec<u8> {
        self.free
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
            .unwrap_or_default()
    }

    /// Gives back a buffer that holds clear text, and none behind its end.
    pub fn put(&self, mut buffer: Vec<u8>) {
        cut(&mut buffer, 0);
        self.put_redacted(buffer);
    }

    /// What little a buffer holds, in one that fits it, while the large one is free at once: of images next to nothing is left, and dozens
    /// of blocks may wait for their turn. Never was in it anything but what has been redacted.
    pub fn fit(&self, buffer: Vec<u8>) -> Vec<u8> {
        if buffer.len() > buffer.capacity() / 4 {
            return buffer;
        }
        let fitting = buffer.as_slice().to_vec();
        self.put_redacted(buffer);
        fitting
    }

    /// Gives back a buffer in which never was anything but what has been redacted: it is not zeroed.
    pub fn put_redacted(&self, mut buffer: Vec<u8>) {
        if !(SMALL..=self.largest).contains(&buffer.capacity()) {
            return;
        }
        buffer.clear();
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() < self.keep {
            free.push(buffer);
        }
    }
}

/// Shortens a buffer to `end` bytes and zeroes what it cuts off. A plain `memset`, where `zeroize` would write byte by byte; the zeroes
/// count as read, so they are not optimised away.
pub fn cut(buffer: &mut Vec<u8>, end: usize) {
    buffer[end..].fill(0);
    std::hint::black_box(buffer.as_ptr());
    buffer.truncate(end);
}

/// Zeroes the whole capacity, then frees it.
pub fn wipe(mut buffer: Vec<u8>) {
    buffer.clear();
    buffer.spare_capacity_mut().fill(MaybeUninit::new(0));
    std::hint::black_box(buffer.as_ptr());
}

/// Smaller buffers are not worth keeping.
const SMALL: usize = 16 << 10;
/// What is larger than this grows in steps of it.
const STEP: usize = 256 << 10;

/// Like [`Vec::reserve`], but the memory that is left behind is zeroed: a plain reallocation would leave clear text in it.
///
/// And it grows by half, to few different sizes. Buffers of blocks that differ in length would double and double again until they are too
/// large to keep; and each one that is given back is zeroed, pages among it that were never touched.
pub fn reserve(buffer: &mut Vec<u8>, additional: usize) {
    let need = buffer.len() + additional;
    let capacity = buffer.capacity();
    if need > capacity {
        let most = need.max(capacity + capacity / 2);
        let most = if most > STEP {
            most.next_multiple_of(STEP)
        } else {
            most
        };
        let mut larger = Vec::with_capacity(most);
        larger.extend_from_slice(buffer);
        wipe(std::mem::replace(buffer, larger));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_empty_with_its_capacity() {
        let pool = Buffers::new(1, 1 << 20);
        let mut buffer = pool.take();
        buffer.extend_from_slice(&[7; SMALL]);
        let capacity = buffer.capacity();
        pool.put(buffer);
        let again = pool.take();
        assert!(again.is_empty() && again.capacity() == capacity);
    }

    #[test]
    fn nothing_is_left_of_what_a_buffer_held() {
        let pool = Buffers::new(1, 1 << 20);
        let mut buffer = vec![7; SMALL];
        cut(&mut buffer, 40);
        pool.put(buffer);
        let mut again = pool.take();
        // SAFETY: so many bytes were written above.
        unsafe { again.set_len(SMALL) };
        assert_eq!(again, [0; SMALL]);
    }

    #[test]
    fn huge_and_surplus_buffers_are_not_kept() {
        let pool = Buffers::new(1, 1 << 20);
        pool.put(Vec::with_capacity(2 << 20));
        pool.put(Vec::with_capacity(64));
        assert_eq!(pool.take().capacity(), 0);
        pool.put(Vec::with_capacity(SMALL));
        pool.put(Vec::with_capacity(SMALL));
        assert!(pool.take().capacity() > 0);
        assert_eq!(pool.take().capacity(), 0);
    }

    #[test]
    fn a_large_buffer_does_not_wait_for_the_little_in_it() {
        let pool = Buffers::new(1, 1 << 20);
        let mut buffer = Vec::with_capacity(8 * SMALL);
        buffer.extend_from_slice(&[7; SMALL]);
        assert_eq!(pool.fit(buffer), [7; SMALL]);
        assert_eq!(pool.take().capacity(), 8 * SMALL);
        let mut full = Vec::with_capacity(2 * SMALL);
        full.extend_from_slice(&[7; SMALL]);
        assert_eq!(pool.fit(full).capacity(), 2 * SMALL);
    }

    #[test]
    fn reserve_keeps_the_content() {
        let mut buffer = b"abc".to_vec();
        reserve(&mut buffer, 10_000);
        assert_eq!(buffer, b"abc");
        assert!(buffer.capacity() >= 10_003);
    }
}
