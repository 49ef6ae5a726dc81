//! The magic cookie, by which a plugin recognizes that a server has started it, and not a person.
//!
//! It prevents mistakes and is not a security measure. Both products use the `VAULT_` name.

/// Name of the environment variable that holds the cookie of secrets engines and auth methods.
pub const COOKIE_KEY: &str = "VAULT_BACKEND_PLUGIN";

/// The value that [`COOKIE_KEY`] must have, compared exactly.
pub const COOKIE_VALUE: &str = "6669da05-b1c8-4f49-97d9-c8e5bed98e20";

/// The cookie variable of database plugins. A server that does not know what kind of plugin a
/// file is tries this one first.
pub const DATABASE_COOKIE_KEY: &str = "VAULT_DATABASE_PLUGIN";

/// The value that [`DATABASE_COOKIE_KEY`] has when a server tries that.
pub const DATABASE_COOKIE_VALUE: &str = "926a0820-aea2-be28-51d6-83cdf00e8edb";

/// Who started this process, as far as the cookies tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StartedBy {
    /// A server that wants a secrets engine or an auth method.
    Server,
    /// A server that checks whether this is a database plugin.
    DatabaseProbe,
    /// Not a server: most likely a person in a shell.
    Hand,
}

/// Reads the cookies through `variable`, which looks up an environment variable.
pub(crate) fn started_by(variable: impl Fn(&str) -> Option<String>) -> StartedBy {
    if variable(COOKIE_KEY).as_deref() == Some(COOKIE_VALUE) {
        StartedBy::Server
    } else if variable(DATABASE_COOKIE_KEY).is_some() {
        StartedBy::DatabaseProbe
    } else {
        StartedBy::Hand
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_value_counts() {
        for (key, value, expected) in [
            (COOKIE_KEY, COOKIE_VALUE, StartedBy::Server),
            (COOKIE_KEY, "6669DA05-B1C8-4F49-97D9-C8E5BED98E20", StartedBy::Hand),
            (COOKIE_KEY, "", StartedBy::Hand),
            ("BAO_BACKEND_PLUGIN", COOKIE_VALUE, StartedBy::Hand),
            (DATABASE_COOKIE_KEY, "926a0820-aea2-be28-51d6-83cdf00e8edb", StartedBy::DatabaseProbe),
        ] {
            let lookup = |name: &str| (name == key).then(|| value.to_owned());
            assert_eq!(started_by(lookup), expected, "{key}={value}");
        }
    }
}
