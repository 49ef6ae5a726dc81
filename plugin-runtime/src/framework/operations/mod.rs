//! The operations of one path, each with its handler.

mod attributes;

use super::answer::{IntoAnswer, IntoCanonical, IntoExists, resolved};
use super::attributes::Attributes;
use super::handler::{Answering, Erased, Handler};
use crate::{Error, Operation};

/// The operations of a path: a handler for each one that it serves, and the path's attributes.
///
/// Made by [`read`], [`write`](fn@write), [`list`], [`delete`] and similar functions, each of which
/// is also a method that adds another operation:
///
/// ```
/// use plugin_runtime::framework::{Operations, read};
/// # async fn read_role() {}
/// # async fn write_role() {}
/// # async fn delete_role() {}
///
/// let operations: Operations<()> = read(read_role).write(write_role).delete(delete_role);
/// # let _ = operations;
/// ```
///
/// Each operation has one handler; [`Framework::build`](super::Framework::build) refuses a second
/// one, also if both [`write`](fn@write) and [`update`] serve updates. It also refuses a list if
/// its pattern matches no LIST path, such as `role` without `/?`, and a write if all paths of its
/// pattern end with a slash.
#[derive(Debug)]
pub struct Operations<S> {
    handlers: Vec<(Operation, Answering<S>)>,
    exists: Option<Erased<S, Result<bool, Error>>>,
    /// The name of something that was declared twice.
    pub(in crate::framework) twice: Option<&'static str>,
    pub(in crate::framework) attributes: Attributes,
}

/// Makes a function and a method of the same name that serve one operation.
macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident $operation:ident)*) => {
        $(
            $(#[$doc])*
            pub fn $name<S, H, A>(handler: H) -> Operations<S>
            where
                H: Handler<S, A>,
                H::Output: IntoAnswer + 'static,
                A: 'static,
                S: 'static,
            {
                Operations::none().$name(handler)
            }
        )*

        impl<S: 'static> Operations<S> {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $name<H, A>(self, handler: H) -> Self
                where
                    H: Handler<S, A>,
                    H::Output: IntoAnswer + 'static,
                    A: 'static,
                {
                    self.with(Operation::$operation, Erased::answering(handler))
                }
            )*
        }
    };
}

operations! {
    /// Serves reads: GET.
    read Read
    /// Serves writes to existing objects, or all writes if the path does not distinguish them: POST
    /// and PUT. Most paths need [`write`](fn@write) instead.
    update Update
    /// Serves deletions: DELETE.
    delete Delete
    /// Serves lists: LIST, or GET with `?list=true`. The pattern must end with `/?`, or take the
    /// rest of the path, since the path of a list ends with a slash.
    list List
    /// Serves patches, which merge some fields into an existing object: PATCH. OpenBao and Vault
    /// from 1.9 on.
    patch Patch
    /// Serves lists at any depth: SCAN, or GET with `?scan=true`. OpenBao only.
    scan Scan
}

/// Serves all writes with one handler: POST and PUT, whether or not the object exists.
///
/// With [`Operations::exists`], the server distinguishes `create` from `update` when it checks the
/// policies.
pub fn write<S, H, A>(handler: H) -> Operations<S>
where
    H: Handler<S, A>,
    H::Output: IntoAnswer + 'static,
    A: 'static,
    S: 'static,
{
    Operations::none().write(handler)
}

/// Serves writes to objects that do not exist yet. `exists` says which do; without it, no server
/// would ever send a `create`.
pub fn create<S, E, H, A, B>(exists: E, handler: H) -> Operations<S>
where
    E: Handler<S, A>,
    E::Output: IntoExists + 'static,
    H: Handler<S, B>,
    H::Output: IntoAnswer + 'static,
    A: 'static,
    B: 'static,
    S: 'static,
{
    Operations::none().create(exists, handler)
}

/// Serves a login: a write to an auth method that needs no token. For writes without a token to a
/// secrets engine, use `update(handler).unauthenticated()`.
pub fn login<S, H, A>(handler: H) -> Operations<S>
where
    H: Handler<S, A>,
    H::Output: IntoAnswer + 'static,
    A: 'static,
    S: 'static,
{
    let mut operations = update(handler).unauthenticated();
    operations.attributes.login = true;
    operations
}

impl<S: 'static> Operations<S> {
    fn none() -> Self {
        Self { handlers: Vec::new(), exists: None, twice: None, attributes: Attributes::default() }
    }

    /// Serves all writes with one handler; see [`write`](fn@write).
    #[must_use]
    pub fn write<H, A>(self, handler: H) -> Self
    where
        H: Handler<S, A>,
        H::Output: IntoAnswer + 'static,
        A: 'static,
    {
        let handler = Erased::answering(handler);
        self.with(Operation::Create, handler.clone()).with(Operation::Update, handler)
    }

    /// Serves writes to objects that do not exist yet; see [`create`](fn@create).
    #[must_use]
    pub fn create<E, H, A, B>(self, exists: E, handler: H) -> Self
    where
        E: Handler<S, A>,
        E::Output: IntoExists + 'static,
        H: Handler<S, B>,
        H::Output: IntoAnswer + 'static,
        A: 'static,
        B: 'static,
    {
        self.exists(exists).with(Operation::Create, Erased::answering(handler))
    }

    /// Sets the handler that says whether an object exists at the path, so that the server can
    /// distinguish `create` from `update` before it checks the policies. It must be cheap and must
    /// not write.
    #[must_use]
    pub fn exists<E, A>(mut self, exists: E) -> Self
    where
        E: Handler<S, A>,
        E::Output: IntoExists + 'static,
        A: 'static,
    {
        if self.exists.is_some() {
            self.twice = Some("exists");
        }
        self.exists = Some(Erased::new(exists, IntoExists::into_exists));
        self
    }

    /// Sets the handler that returns the alias that a login would have, in an
    /// [`Auth`](crate::Auth). Servers ask mounts whose plugin is registered as `userpass`, `ldap`
    /// or `approle`, to see whether the user is locked out; failed logins of an external plugin
    /// never count towards a lockout (see [`limits`](crate::limits)).
    #[must_use]
    pub fn alias_lookahead<H, A>(self, handler: H) -> Self
    where
        H: Handler<S, A>,
        H::Output: IntoAnswer + 'static,
        A: 'static,
    {
        self.with(Operation::AliasLookahead, Erased::answering(handler))
    }

    /// Sets the handler that returns the role that a login would use, as
    /// [`Response::role`](crate::Response::role), for quotas by role.
    #[must_use]
    pub fn resolve_role<H, A>(self, handler: H) -> Self
    where
        H: Handler<S, A>,
        H::Output: IntoAnswer + 'static,
        A: 'static,
    {
        self.with(Operation::ResolveRole, Erased::answering(handler))
    }

    /// Sets the handler that returns the canonical form of a request's path, if a parameter can be
    /// written in several ways. OpenBao asks before each request, from 2.7 on: it checks the
    /// policies of the canonical path, and the request itself has that path. Other servers do not
    /// ask, so the handlers must still accept every form.
    ///
    /// ```
    /// use plugin_runtime::framework::answer::CanonicalPath;
    /// use plugin_runtime::framework::extract::Path;
    /// use plugin_runtime::framework::{Operations, read};
    /// # async fn read_user() {}
    ///
    /// async fn canonical(Path(name): Path<String>) -> CanonicalPath {
    ///     CanonicalPath(format!("user/{}", name.to_lowercase()))
    /// }
    ///
    /// let user: Operations<()> = read(read_user).canonical(canonical);
    /// # let _ = user;
    /// ```
    #[must_use]
    pub fn canonical<H, A>(self, handler: H) -> Self
    where
        H: Handler<S, A>,
        H::Output: IntoCanonical + 'static,
        A: 'static,
    {
        self.with(Operation::ResolvePath, Erased::new(handler, resolved))
    }

    fn with(mut self, operation: Operation, handler: Answering<S>) -> Self {
        if self.handler(operation).is_some() {
            self.twice = Some(operation.name());
        }
        self.handlers.push((operation, handler));
        self
    }

    pub(in crate::framework) fn handler(&self, operation: Operation) -> Option<&Answering<S>> {
        self.handlers.iter().find(|(known, _)| *known == operation).map(|(_, handler)| handler)
    }

    pub(in crate::framework) fn existence_check(&self) -> Option<&Erased<S, Result<bool, Error>>> {
        self.exists.as_ref()
    }

    /// Returns the operations with their handlers, in the order of their declaration.
    pub(in crate::framework) fn iter(&self) -> impl Iterator<Item = (Operation, &Answering<S>)> {
        self.handlers.iter().map(|(operation, handler)| (*operation, handler))
    }
}
