//! Values behind labels, and where such a value begins and ends.
//!
//! The label says of which class its value is (`super::fields`); the class says how far it goes.

mod apart;
pub(crate) mod arguments;
mod bare;
pub(crate) mod before;
pub(crate) mod dates;
mod eras;
pub(crate) mod foreign;
pub(crate) mod grouped;
pub(crate) mod label;
mod multipart;
pub(crate) mod numbered;
pub(crate) mod runs;
pub(crate) mod value;
