//! Speed, as ratios within one run: the redactor beside the floor that nothing can beat and beside what people try first.

pub mod measure;
pub mod programs;
pub mod report;
pub mod store;
