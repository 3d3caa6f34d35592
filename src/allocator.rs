//! Memory that is given back is zeroed first: whatever held clear text, in whichever crate, holds none once it is freed.
//!
//! Cheap here, because nothing is allocated for a value or a line: what is freed is a few buffers a block.

use std::alloc::{GlobalAlloc, Layout};

/// An allocator that zeroes what is given back to it.
pub struct Zeroing<A>(pub A);

// SAFETY: every call is passed on as it came; what is written before the last one belongs to the caller until then.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Zeroing<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe { self.0.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe {
            pointer.write_bytes(0, layout.size());
            // The zeroes count as read, so they are not optimised away.
            std::hint::black_box(pointer);
            self.0.dealloc(pointer, layout);
        }
    }

    // `realloc` is the trait's own: it allocates, copies, and gives the old memory back to us.
}

#[cfg(test)]
mod tests {
    use std::{alloc::System, cell::Cell};

    use super::*;

    /// Notes whether what it gets back is zero.
    struct Looking(Cell<Option<bool>>);

    unsafe impl GlobalAlloc for Looking {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            unsafe { System.alloc(layout) }
        }

        unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
            let bytes = unsafe { std::slice::from_raw_parts(pointer, layout.size()) };
            self.0.set(Some(bytes.iter().all(|byte| *byte == 0)));
            unsafe { System.dealloc(pointer, layout) }
        }
    }

    #[test]
    fn what_is_given_back_or_moved_is_zeroed() {
        let allocator = Zeroing(Looking(Cell::new(None)));
        let layout = Layout::array::<u8>(1000).unwrap();
        unsafe {
            let pointer = allocator.alloc(layout);
            pointer.write_bytes(7, 1000);
            let moved = allocator.realloc(pointer, layout, 5000);
            assert_eq!(allocator.0.0.take(), Some(true));
            assert_eq!((*moved, *moved.add(999)), (7, 7));
            allocator.dealloc(moved, Layout::array::<u8>(5000).unwrap());
        }
        assert_eq!(allocator.0.0.take(), Some(true));
    }
}
