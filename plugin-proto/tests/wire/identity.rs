//! Identities, the server's version and events.

use plugin_proto::logical::{
    Alias, Entity, EventData, EventPluginInfo, EventReceived, Group, MfaConstraintAny, MfaMethodId,
    MfaRequirement, PluginEnvironment,
};

use crate::sample::tables;

tables! { identities_have_the_published_numbers:
    Entity {
        1 id string, 2 name string, 3 aliases messages, 4 metadata map, 5 disabled bool,
        6 namespace_id string,
    }
    Alias {
        1 mount_type string, 2 mount_accessor string, 3 name string, 4 metadata map, 5 id string,
        6 namespace_id string, 7 custom_metadata map, 8 local bool,
    }
    Group { 1 id string, 2 name string, 3 metadata map, 4 namespace_id string, }
    MfaMethodId { 1 r#type string, 2 id string, 3 uses_passcode bool, 4 name string, }
    MfaConstraintAny { 1 any messages, }
    MfaRequirement { 1 mfa_request_id string, 2 mfa_constraints map_of_messages, }
    PluginEnvironment {
        1 vault_version string, 2 vault_version_prerelease string, 3 vault_version_metadata string,
    }
}

mod events {
    use super::*;

    tables! { events_have_the_published_numbers:
        EventData { 1 id string, 2 metadata message, 3 entity_ids strings, 4 note string, }
        EventPluginInfo {
            1 mount_class string, 2 mount_accessor string, 3 mount_path string, 4 plugin string,
            5 plugin_version string, 6 version string,
        }
        EventReceived {
            1 event message, 2 namespace string, 3 event_type string, 4 plugin_info message,
        }
    }
}
