//! The interface between this crate and `vault-plugin-host`, which implements the other end of the
//! same protocol. It is not stable: the host depends on the exact version.

pub mod clock {
    pub use crate::clock::{ClockFile, TimeSource, VARIABLE, to_text};
}

pub mod duration {
    pub use crate::logical::duration::parse_field_duration;
}

pub mod error {
    pub use crate::logical::error::{READ_ONLY, chain};
}

pub mod fields {
    pub use crate::fields::{FieldSet, parse};
}

pub mod handshake {
    pub use crate::handshake::cookie::{
        COOKIE_KEY, COOKIE_VALUE, DATABASE_COOKIE_KEY, DATABASE_COOKIE_VALUE,
    };
}

pub mod rpc {
    pub use crate::rpc::{
        MOST_BYTES, MULTIPLEX_ID, deadline, guarded, guarded_sync, origin, request, timed,
    };
}

pub mod standby {
    pub use crate::standby::initialized;
}

pub mod storage {
    pub use crate::storage::{Call, Memory, StorageBackend, StorageFuture};
}

pub mod system_view {
    pub use crate::system_view::{SystemViewBackend, SystemViewFuture};
}

pub mod transport {
    pub use crate::transport::{
        CertifiedKey, Channel, ConnectError, Connections, ListenOn, Listener, Received, SharedPair,
        Target, Tls, TlsError, serve,
    };
}

pub mod wire {
    pub use crate::wire::{
        duration_from_wire, duration_to_wire, entity_to_wire, error_to_wire, group_to_wire,
        reply_to_wire, request_from_wire, seconds_to_wire,
    };
}
