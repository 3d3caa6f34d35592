//! Tests of the real program with real inputs and outputs. One binary, so that everything links once.

mod adversarial;
mod asking;
mod browser;
#[path = "../support/certificates.rs"]
mod certificates;
mod clients;
mod clock;
mod command;
mod configuration;
mod credentials;
mod delivery;
mod disk_full;
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
#[cfg(feature = "kafka-tls")]
mod kafka_tls;
mod listen;
#[path = "../support/maven.rs"]
mod maven;
mod memory;
mod observing;
mod on_call;
mod payloads;
mod program;
mod properties;
#[path = "../support/proxy.rs"]
mod proxy;
#[path = "../support/python.rs"]
mod python;
#[path = "../support/redactor.rs"]
mod redactor;
mod retention;
#[path = "../support/scratch.rs"]
mod scratch;
mod shippers;
mod signals;
mod soak;
mod store;
mod streams;
mod tls;
mod whole;
