//! Service or batch.

use plugin_runtime::TokenType;

/// Returns the kind of token that a login gives: `tuned` is the mount's setting, `asked` the
/// plugin's request, a number on the wire.
pub(super) fn kind(tuned: TokenType, asked: u32) -> TokenType {
    const SERVICE: u32 = 1;
    const BATCH: u32 = 2;
    const DEFAULT_SERVICE: u32 = 3;
    const DEFAULT_BATCH: u32 = 4;
    let batch = match tuned {
        TokenType::Service => false,
        TokenType::Batch => true,
        TokenType::DefaultBatch => matches!(asked, 0 | BATCH | DEFAULT_BATCH),
        // `Default` and `DefaultService`.
        _ => !matches!(asked, 0 | SERVICE | DEFAULT_SERVICE),
    };
    if batch { TokenType::Batch } else { TokenType::Service }
}

/// Returns the number on the wire of a kind that [`kind`] found.
pub(super) fn number(kind: TokenType) -> u32 {
    if kind.is_batch() { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mount_decides_and_the_plugin_where_the_mount_leaves_it_open() {
        use TokenType::{Batch, Default, DefaultBatch, DefaultService, Service};
        // By the plugin's request: default, service, batch, default-service, default-batch.
        for (tuned, found) in [
            (Service, [Service, Service, Service, Service, Service]),
            (Batch, [Batch, Batch, Batch, Batch, Batch]),
            (Default, [Service, Service, Batch, Service, Batch]),
            (DefaultService, [Service, Service, Batch, Service, Batch]),
            (DefaultBatch, [Batch, Service, Batch, Service, Batch]),
        ] {
            for (asked, expected) in (0..).zip(found) {
                assert_eq!(kind(tuned, asked), expected, "{tuned:?}, {asked}");
            }
        }
    }
}
