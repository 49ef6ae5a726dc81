#![doc = include_str!("../README.md")]

mod login;
mod password;
mod renewal;
mod turns;
mod user;

pub use turns::Turns;

use plugin_runtime::framework::{Framework, list, login, read};

/// Returns an auth method whose users have a name and a password.
///
/// Its state is the line of those who wait for their password to be hashed. The users belong to the
/// mount, and outlive restarts and reloads with its storage.
pub fn auth_mock() -> Framework<Turns> {
    Framework::auth(Turns::default())
        .description("Users who log in with a name and a password.")
        .path(
            "login",
            login(login::login).alias_lookahead(login::alias).synopsis("Log in with a password."),
        )
        .path(
            "user/{name}",
            read(user::read)
                .write(user::write)
                .exists(user::exists)
                .delete(user::delete)
                .synopsis("Make, change and delete a user."),
        )
        .path("user", read(user::unnamed).write(user::unnamed).delete(user::unnamed))
        .path("users/?", list(user::list).synopsis("The names of all users."))
        .renew_login(renewal::renew)
}
