//! What the program says about itself: logs and panics, never content.

use std::panic;

/// A panic's message can quote what was being worked on (`byte index 5 is not a char boundary; it is inside …`). Only its
/// place is shown.
pub fn quiet_panics() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |place| {
            format!(" at {}:{}", place.file(), place.line())
        });
        let thread = std::thread::current();
        eprintln!(
            "tuomin: internal error{place} in thread {}",
            thread.name().unwrap_or("without a name")
        );
    }));
}

/// Clear text is in memory while it is worked on: no core dump may be made of it, and no other process of the same user
/// may look into it.
pub fn forbid_dumps() {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    if set_dumpable_behavior(DumpableBehavior::NotDumpable).is_err()
        | setrlimit(Resource::Core, none).is_err()
    {
        tracing::warn!("core dumps could not be switched off");
    }
}
