//! The differences that are known, with the reasons.

use cargo_vault_plugin::server::{Capability, Product, ServerBinary};

/// A difference.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// Where it is: an item, or the beginning of several.
    pub(super) place: &'static str,
    /// Why it does no harm.
    pub(super) reason: &'static str,
}

const fn known(place: &'static str, reason: &'static str) -> Known {
    Known { place, reason }
}

impl Known {
    pub(super) fn covers(&self, difference: &str) -> bool {
        difference.starts_with(self.place)
    }
}

/// What a server has otherwise, or has and we lack.
pub(super) fn of(binary: &ServerBinary) -> Vec<Known> {
    let own = match binary.product {
        Product::Vault if binary.can(Capability::ProtocolVersion5) => VAULT,
        Product::Vault => OLD_VAULT,
        _ => OPENBAO,
    };
    [EVERYWHERE, own].concat()
}

/// JSON that servers have as text: its bytes are the same, and need no check that they are UTF-8
/// before they are read.
const JSON: &str = "text of JSON, read as bytes";

const EVERYWHERE: &[Known] = &[
    known("pb.Auth 2: string internal_data; ours: bytes internal_data", JSON),
    known("pb.Request 5: string data; ours: bytes data", JSON),
    known("pb.Response 3: string data; ours: bytes data", JSON),
    known("pb.ResponseWrapDataArgs 1: string data; ours: bytes data", JSON),
    known("pb.Secret 2: string internal_data; ours: bytes internal_data", JSON),
];

/// A map's entries are a message without a name of its own in a `.proto` file.
const ENTRY: &str = "a compiler's name for a map's entries, which is not on the wire";

const OPENBAO: &[Known] = &[
    known("logical.MFARequirement 2: repeated logical.MFARequirement.MFAConstraintsEntry", ENTRY),
    known("logical.MFARequirement.MFAConstraintsEntry", ENTRY),
];

const VAULT: &[Known] = &[];

const OLD_VAULT: &[Known] = &[
    known(
        "pb.SudoPrivilege",
        "a question that the public SDK did not offer to plugins, and that later versions dropped",
    ),
    known("pb.SystemView.SudoPrivilege", "the same"),
];

/// What newer versions of Vault have.
const EVENTS: &str = "events of Vault 1.13 and newer";
const OBSERVATIONS: &str = "observations of newer Vaults";
const ROTATION: &str = "rotation jobs of Vault 1.19 and newer";
const IDENTITY_TOKENS: &str = "identity tokens of Vault 1.16 and newer";
const FIELDS: &str = "a field of newer Vaults";

/// What we have and OpenBao lacks.
pub(super) const NOT_IN_OPENBAO: &[Known] = &[
    known("logical.EventData", EVENTS),
    known("logical.EventPluginInfo", EVENTS),
    known("logical.EventReceived", EVENTS),
    known("pb.Events.SendEvent", EVENTS),
    known("pb.SendEventRequest", EVENTS),
    known("pb.Observations.RecordObservation", OBSERVATIONS),
    known("pb.RecordObservationRequest", OBSERVATIONS),
    known("pb.DeregisterRotation", ROTATION),
    known("pb.RegisterRotationJob", ROTATION),
    known("pb.RotationJobInput", ROTATION),
    known("pb.SystemView.DeregisterRotationJob", ROTATION),
    known("pb.SystemView.RegisterRotationJob", ROTATION),
    known("pb.GenerateIdentityToken", IDENTITY_TOKENS),
    known("pb.SystemView.GenerateIdentityToken", IDENTITY_TOKENS),
    known("pb.Paths 6", FIELDS),
    known("pb.Paths 7", FIELDS),
    known("pb.Paths 8", FIELDS),
    known("pb.Request 21", FIELDS),
    known("pb.Response 8", FIELDS),
    known("logical.MFARequirement.MfaConstraintsEntry", ENTRY),
];
