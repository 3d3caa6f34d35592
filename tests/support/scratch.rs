//! Where the servers of the tests keep what they write.

use std::path::{Path, PathBuf};

use rustix::fs::{StatVfsMountFlags, statvfs};

/// More than all of them write.
const ENOUGH: u64 = 4 << 30;

/// A folder in memory where there is one with room, else the temporary folder. A server that changes an index or a topic waits for the disk, and one that
/// is busy with what a build has just written makes it wait for seconds: tests that have patience with a server would fail.
pub fn folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let fits = statvfs(memory).is_ok_and(|is| {
        is.f_bavail * is.f_frsize >= ENOUGH
            && !is
                .f_flag
                .intersects(StatVfsMountFlags::NOEXEC | StatVfsMountFlags::RDONLY)
    });
    match fits {
        true => memory.to_owned(),
        false => std::env::temp_dir(),
    }
}
