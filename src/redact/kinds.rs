//! Rules for one kind of record alone: `[redact.operation]` with `posture = "strict"`, `[redact.monitoring]` with `off = ["phone"]`.

use std::collections::HashSet;
use std::sync::Arc;

use super::Core;
use super::fields::spelling::normal_form;
use super::settings::{KindSettings, RedactSettings};
use crate::record::Kind;
use crate::record::walk::RootFields;

/// What is in force for each kind.
pub(crate) struct Kinds {
    pub monitoring: Arc<Core>,
    pub operation: Arc<Core>,
    /// Names of root fields that make a record an operation log, in normal form.
    pub bodies: HashSet<Vec<u8>>,
}

impl Kinds {
    /// What is in force for a line, by its root fields: they say its kind.
    pub fn of(&self, line: &[u8]) -> &Arc<Core> {
        match RootFields::of(line).any(|f| self.bodies.contains(&normal_form(&f.name()))) {
            true => &self.operation,
            false => &self.monitoring,
        }
    }
}

impl RedactSettings {
    /// Has either kind rules of its own?
    pub(crate) fn differs_by_kind(&self) -> bool {
        self.monitoring != KindSettings::default() || self.operation != KindSettings::default()
    }

    /// The settings for records of one kind: what holds for both, with its own on top.
    pub fn for_kind(&self, kind: Kind) -> Self {
        let own = match kind {
            Kind::Monitoring => &self.monitoring,
            Kind::Operation => &self.operation,
        };
        let mut all = Self {
            monitoring: KindSettings::default(),
            operation: KindSettings::default(),
            ..self.clone()
        };
        all.posture = own.posture.unwrap_or(all.posture);
        all.actions.extend(own.actions.clone());
        all.paths.extend(own.paths.clone());
        all.off.extend(own.off.clone());
        all.allow.extend(own.allow.clone());
        all
    }
}
