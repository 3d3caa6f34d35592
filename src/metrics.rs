//! What can be asked over HTTP while it runs.

use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[metrics]`: an HTTP endpoint for monitoring systems.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MetricsSettings {
    /// Address and port of `/metrics`, `/healthz` and `/readyz`: `127.0.0.1:9464`. Unset: none.
    pub listen: Option<SocketAddr>,
}
