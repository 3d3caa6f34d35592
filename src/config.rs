//! The whole configuration: composes the settings that each room declares, from file, environment and flags.
