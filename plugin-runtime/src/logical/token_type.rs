//! The types of token that a login can ask for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The type of a login's token: a stored one that can be renewed and revoked (service), or a
/// self-contained one (batch).
///
/// As a field it is text: `default`, `service`, `batch`, `default-service` or `default-batch`; an
/// empty text is `default`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TokenType {
    /// The mount's default.
    #[default]
    #[serde(alias = "")]
    Default,
    /// A token that is stored, listed and renewed.
    Service,
    /// A token that is a signed statement: cheap, not renewable.
    Batch,
    /// Service, unless the mount is tuned to batch.
    DefaultService,
    /// Batch, unless the mount is tuned to service.
    DefaultBatch,
}

impl TokenType {
    /// Returns whether tokens are batch tokens by default.
    pub fn is_batch(self) -> bool {
        matches!(self, Self::Batch | Self::DefaultBatch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_reads_back_from_its_text() {
        for (text, kind) in [
            ("default", TokenType::Default),
            ("service", TokenType::Service),
            ("batch", TokenType::Batch),
            ("default-service", TokenType::DefaultService),
            ("default-batch", TokenType::DefaultBatch),
        ] {
            assert_eq!(serde_json::to_value(kind).unwrap(), text);
            assert_eq!(serde_json::from_value::<TokenType>(text.into()).unwrap(), kind);
            assert_eq!(kind.is_batch(), text.ends_with("batch"), "{text}");
        }
        assert_eq!(serde_json::from_str::<TokenType>(r#""""#).unwrap(), TokenType::Default);
        assert!(serde_json::from_str::<TokenType>(r#""Service""#).is_err());
    }
}
