//! The facts that a record can be asked for, by the names that people type.

use super::filter::FilterError;
use crate::nearest::nearest;

/// A fact that a record can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Field {
    Kind,
    RequestId,
    AppId,
    Action,
    Code,
    CodeText,
    Cost,
    Caller,
    Service,
    Host,
    ClientIp,
    Session,
    Region,
    Tag,
}

impl Field {
    /// Every field, in the order in which help texts list them.
    pub const ALL: [Self; 14] = [
        Self::Kind,
        Self::RequestId,
        Self::AppId,
        Self::Action,
        Self::Code,
        Self::CodeText,
        Self::Cost,
        Self::Caller,
        Self::Service,
        Self::Host,
        Self::ClientIp,
        Self::Session,
        Self::Region,
        Self::Tag,
    ];

    /// What people type.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::RequestId => "request_id",
            Self::AppId => "app_id",
            Self::Action => "action",
            Self::Code => "code",
            Self::CodeText => "code_text",
            Self::Cost => "cost",
            Self::Caller => "caller",
            Self::Service => "service",
            Self::Host => "host",
            Self::ClientIp => "client_ip",
            Self::Session => "session",
            Self::Region => "region",
            Self::Tag => "tag",
        }
    }

    /// Where the stored document has it.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Kind => "tuomin.kind",
            Self::RequestId => "tuomin.request_id",
            Self::AppId => "tuomin.app_id",
            Self::Action => "tuomin.action",
            Self::Code => "tuomin.code",
            Self::CodeText => "tuomin.code_text",
            Self::Cost => "tuomin.cost_ms",
            Self::Caller => "tuomin.caller",
            Self::Service => "tuomin.service",
            Self::Host => "tuomin.host",
            Self::ClientIp => "tuomin.client_ip",
            Self::Session => "tuomin.session",
            Self::Region => "tuomin.region",
            Self::Tag => "tuomin.tags",
        }
    }

    /// Compared without case, `_` and `-`, so that the log's own spellings work too: `RequestId`, `AppId`, `eCode`.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let plain = |s: &str| -> String {
            s.chars()
                .filter(|c| !matches!(c, '_' | '-'))
                .flat_map(char::to_lowercase)
                .collect()
        };
        let wanted = plain(text);
        let alias = match wanted.as_str() {
            "ecode" => "code",
            "ecodestr" => "code_text",
            "costms" => "cost",
            "servicename" => "service",
            "upstreamip" | "ip" => "client_ip",
            "tags" => "tag",
            other => other,
        };
        let alias = plain(alias);
        Self::ALL
            .into_iter()
            .find(|f| plain(f.name()) == alias)
            .ok_or_else(|| {
                let names = || Self::ALL.into_iter().map(Self::name);
                let meant = match nearest(text, names()) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => format!("there are: {}", names().collect::<Vec<_>>().join(", ")),
                };
                FilterError::Field(text.to_owned(), meant)
            })
    }
}
