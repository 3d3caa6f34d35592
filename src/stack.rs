//! What calls that have returned left on the stack: pieces of lines among it.

/// Overwrites `BYTES` bytes below the caller's frame.
///
/// Needed before memory outlives a line that was filled on the stack: when a large value moves to the heap, the bytes between its fields
/// come along, and hold what stood there before.
#[inline(never)]
pub fn wipe<const BYTES: usize>() {
    std::hint::black_box([0u8; BYTES]);
}
