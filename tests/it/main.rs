//! Tests of the real program with real inputs and outputs. One binary, so that everything links once.

mod asking;
mod browser;
mod command;
mod configuration;
mod credentials;
mod delivery;
#[path = "../support/es.rs"]
mod es;
mod faults;
mod follow;
mod fuzzing;
mod hostile_input;
#[cfg(feature = "kafka")]
mod kafka;
#[cfg(feature = "kafka")]
#[path = "../support/kafka.rs"]
mod kafka_node;
mod listen;
#[path = "../support/maven.rs"]
mod maven;
mod program;
mod properties;
#[path = "../support/proxy.rs"]
mod proxy;
mod retention;
mod signals;
mod store;
mod streams;
mod whole;
