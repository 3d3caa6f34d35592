//! Starts the command line.

use std::process::ExitCode;

/// Blocks are allocated on one thread and freed on another; glibc's allocator fragments under that, and is slower.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tuomin::cli::main()
}
