//! Starts the command line.

use std::process::ExitCode;

/// Blocks are allocated on one thread and freed on another; glibc's allocator fragments under that, and is slower.
#[global_allocator]
static ALLOCATOR: tuomin::allocator::Zeroing<mimalloc::MiMalloc> =
    tuomin::allocator::Zeroing(mimalloc::MiMalloc);

fn main() -> ExitCode {
    // The allocator asks for huge pages: the first byte of each would cost a start the zeroing of two megabytes, and a small
    // process twice its memory. Where the system can't do without, nothing is lost.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    tuomin::cli::main()
}
