//! Entities, aliases and groups.

use plugin_proto::logical;

use crate::{Alias, Entity, Group};

pub(super) fn alias_to_wire(alias: Alias) -> logical::Alias {
    logical::Alias {
        mount_type: alias.mount_type,
        mount_accessor: alias.mount_accessor,
        name: alias.name,
        metadata: alias.metadata.into_iter().collect(),
        id: alias.id,
        namespace_id: alias.namespace_id,
        custom_metadata: alias.custom_metadata.into_iter().collect(),
        local: alias.local,
    }
}

pub(super) fn alias_from_wire(alias: logical::Alias) -> Alias {
    Alias {
        id: alias.id,
        mount_type: alias.mount_type,
        mount_accessor: alias.mount_accessor,
        name: alias.name,
        metadata: alias.metadata.into_iter().collect(),
        custom_metadata: alias.custom_metadata.into_iter().collect(),
        namespace_id: alias.namespace_id,
        local: alias.local,
    }
}

pub(crate) fn entity_from_wire(entity: logical::Entity) -> Entity {
    Entity {
        id: entity.id,
        name: entity.name,
        aliases: entity.aliases.into_iter().map(alias_from_wire).collect(),
        metadata: entity.metadata.into_iter().collect(),
        disabled: entity.disabled,
        namespace_id: entity.namespace_id,
    }
}

pub(crate) fn group_from_wire(group: logical::Group) -> Group {
    Group {
        id: group.id,
        name: group.name,
        metadata: group.metadata.into_iter().collect(),
        namespace_id: group.namespace_id,
    }
}

pub fn entity_to_wire(entity: Entity) -> logical::Entity {
    logical::Entity {
        id: entity.id,
        name: entity.name,
        aliases: entity.aliases.into_iter().map(alias_to_wire).collect(),
        metadata: entity.metadata.into_iter().collect(),
        disabled: entity.disabled,
        namespace_id: entity.namespace_id,
    }
}

pub fn group_to_wire(group: Group) -> logical::Group {
    logical::Group {
        id: group.id,
        name: group.name,
        metadata: group.metadata.into_iter().collect(),
        namespace_id: group.namespace_id,
    }
}
