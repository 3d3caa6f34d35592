//! What both places know of a record without looking into its bodies, and which codes are errors.

use serde::Serialize;

use super::field::Field;

/// What both places know of a record without looking into its bodies.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct Facts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_text: Option<String>,
    /// Milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_ip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

impl Facts {
    /// A text fact by its field; `None` for absent ones and for [`Field::Cost`], [`Field::Kind`] and [`Field::Tag`], which are no texts.
    pub fn get(&self, field: Field) -> Option<&str> {
        match field {
            Field::RequestId => self.request_id.as_deref(),
            Field::AppId => self.app_id.as_deref(),
            Field::Action => self.action.as_deref(),
            Field::Code => self.code.as_deref(),
            Field::CodeText => self.code_text.as_deref(),
            Field::Caller => self.caller.as_deref(),
            Field::Service => self.service.as_deref(),
            Field::Host => self.host.as_deref(),
            Field::ClientIp => self.client_ip.as_deref(),
            Field::Session => self.session.as_deref(),
            Field::Region => self.region.as_deref(),
            Field::Kind | Field::Cost | Field::Tag => None,
        }
    }

    /// If the code says that the call went well. No code at all is no error either.
    pub fn is_error(&self) -> bool {
        self.code.as_deref().is_some_and(is_error_code)
    }
}

/// Codes that are no errors, in every spelling the logs use.
pub const SUCCESS_CODES: [&str; 10] = [
    "0", "200", "OK", "Ok", "ok", "Success", "success", "SUCCESS", "true", "null",
];

/// If a code stands for a failure.
pub fn is_error_code(code: &str) -> bool {
    !code.is_empty() && !SUCCESS_CODES.contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn success_is_no_error() {
        let facts = |code: Option<&str>| Facts {
            code: code.map(Into::into),
            ..Facts::default()
        };
        assert!(!facts(None).is_error());
        assert!(!facts(Some("0")).is_error());
        assert!(facts(Some("-4")).is_error());
        assert!(facts(Some("FailedOperation.Timeout")).is_error());
    }
}
