//! Tests of the real program with real inputs and outputs. One binary, so that everything links once.

mod command;
mod configuration;
mod hostile_input;
mod program;
mod signals;
mod streams;
