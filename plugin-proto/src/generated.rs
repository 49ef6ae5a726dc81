//! The modules that `cargo xtask codegen` writes, nested as the packages are.
//!
//! The code names types of other packages by relative paths, so the nesting must stay.

// Lints are for code that people write.
#![allow(
    clippy::all,
    clippy::clone_on_ref_ptr,
    clippy::semicolon_if_nothing_returned,
    clippy::uninlined_format_args,
    missing_debug_implementations,
    missing_docs,
    unreachable_pub,
    unused_qualifications
)]

/// What every plugin serves beside its own services: broker, controller and output.
pub mod plugin {
    include!("generated/plugin.rs");
}

/// Whether a plugin multiplexes.
pub mod pluginutil {
    /// Whether one process can hold several mounts.
    pub mod multiplexing {
        include!("generated/pluginutil.multiplexing.rs");
    }
}

/// Types that belong to the server: identities, versions, events.
pub mod logical {
    include!("generated/logical.rs");
}

/// Secrets engines and auth methods, and what the server serves to them.
pub mod pb {
    include!("generated/pb.rs");
}

/// Database plugins.
pub mod dbplugin {
    /// Version 5 of the database plugins' protocol, the one that is in use.
    pub mod v5 {
        include!("generated/dbplugin.v5.rs");
    }
}

/// Services that gRPC itself defines.
pub mod grpc {
    /// The health of services.
    pub mod health {
        /// Version 1, the only one.
        pub mod v1 {
            include!("generated/grpc.health.v1.rs");
        }
    }
}
