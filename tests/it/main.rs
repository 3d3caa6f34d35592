//! Tests of the real program with real inputs and outputs. One binary, so that everything links once.

mod command;
mod configuration;
#[allow(dead_code)] // some faults need nodes of their own
#[path = "../support/es.rs"]
mod es;
mod hostile_input;
mod program;
mod signals;
mod store;
mod streams;
