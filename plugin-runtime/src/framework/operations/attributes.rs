//! The attributes of a path: its help, who may use it, and how interfaces and clients show it.

use crate::Operation;
use crate::framework::{OperationId, Operations, PathDisplay};

impl<S: 'static> Operations<S> {
    /// Describes the path in one line.
    #[must_use]
    pub fn synopsis(mut self, text: impl Into<String>) -> Self {
        self.attributes.synopsis = text.into();
        self
    }

    /// Describes the path at length.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.attributes.description = text.into();
        self
    }

    /// Describes a parameter of the path. Parameters that handlers read with
    /// [`Fields`](crate::framework::extract::Fields) already have their field's doc comment, which this
    /// replaces. A parameter that the pattern does not have is an error at start.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, description: impl Into<String>) -> Self {
        self.attributes.parameters.push((name.into(), description.into()));
        self
    }

    /// Marks the path as deprecated, in its help and for all its operations in OpenAPI.
    #[must_use]
    pub fn deprecated(mut self) -> Self {
        self.attributes.deprecated = true;
        self
    }

    /// Allows requests without a token. Their answers must not have a lease, and may have an
    /// [`Auth`](crate::Auth) only in an auth method.
    ///
    /// Servers open all paths with any text in the place of a parameter.
    /// [`Framework::build`](crate::framework::Framework::build) refuses a pattern if that opens the path of
    /// another declaration: `login/{name}` without a token would also admit requests to
    /// `login/config`.
    #[must_use]
    pub fn unauthenticated(mut self) -> Self {
        self.attributes.unauthenticated = true;
        self
    }

    /// Requires the `sudo` capability.
    ///
    /// Servers know no parameters in these paths, so all paths need the capability from the first
    /// parameter on: for `role/{name}/rotate`, everything that begins with `role/`.
    /// [`Framework::build`](crate::framework::Framework::build) refuses a pattern if that includes the path of
    /// another declaration that does not have `sudo()` itself, such as `role/{name}`. A path that
    /// begins with a word of its own, such as `rotate/{name}`, avoids this.
    #[must_use]
    pub fn sudo(mut self) -> Self {
        self.attributes.sudo = true;
        self
    }

    /// Sets how user interfaces show the path.
    ///
    /// ```
    /// use plugin_runtime::framework::{Framework, PathDisplay, list, read};
    /// # async fn names() {}
    /// # async fn read_role() {}
    /// # async fn write_role() {}
    ///
    /// let engine = Framework::secrets(())
    ///     .path("role/?", list(names).display(PathDisplay::new().item_type("Role").navigation()))
    ///     .path(
    ///         "role/{name}",
    ///         read(read_role)
    ///             .write(write_role)
    ///             .display(PathDisplay::new().item_type("Role").action("Create")),
    ///     );
    /// # engine.build().unwrap();
    /// ```
    #[must_use]
    pub fn display(mut self, display: PathDisplay) -> Self {
        self.attributes.display = display;
        self
    }

    /// Sets the first part of the operation ids in the OpenAPI document, in lower case with
    /// hyphens. By default, ids begin with their verb, or, if they have none, with the name under
    /// which the plugin is registered.
    #[must_use]
    pub fn operation_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.attributes.id = self.attributes.id.prefix(prefix);
        self
    }

    /// Sets the verb of the operation ids in the OpenAPI document, instead of `read`, `write` and
    /// so on, in lower case with hyphens. As in the Go SDK, an id with a verb has no prefix unless
    /// one is given. It has the path's words only for the second and later paths of a pattern that
    /// stands for several, if the suffix does not name them.
    ///
    /// ```
    /// use plugin_runtime::framework::{Framework, login};
    /// # async fn log_in() {}
    ///
    /// // Its id is `directory-login`, and without the verb `directory-write-login-name`.
    /// let method = Framework::auth(())
    ///     .path("login/{name}", login(log_in).operation_prefix("directory").operation_verb("login"));
    /// # method.build().unwrap();
    /// ```
    ///
    /// If a path has several operations, give each its own verb with
    /// [`operation_id`](Self::operation_id).
    #[must_use]
    pub fn operation_verb(mut self, verb: impl Into<String>) -> Self {
        self.attributes.id = self.attributes.id.verb(verb);
        self
    }

    /// Sets the last part of the operation ids in the OpenAPI document, instead of the path's
    /// words, in lower case with hyphens. If a pattern stands for several paths, such as one with
    /// an optional parameter, give one suffix for each, in their order, separated by `|`.
    #[must_use]
    pub fn operation_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.attributes.id = self.attributes.id.suffix(suffix);
        self
    }

    /// Sets the parts of the id of one operation, which override those of the path.
    ///
    /// The document shows one write and one read of each path: `Update`, or `Create` if no handler
    /// serves updates, and `Read`, or `List` if no handler serves reads.
    /// [`Framework::build`](crate::framework::Framework::build) refuses parts for an operation that the
    /// document does not show, and a verb or suffix that gives two operations the same id.
    ///
    /// ```
    /// use plugin_runtime::Operation;
    /// use plugin_runtime::framework::{Framework, OperationId, read};
    /// # async fn read_root() {}
    /// # async fn generate_root() {}
    ///
    /// // The ids are `pki-read-root` and `pki-generate-root`.
    /// let engine = Framework::secrets(()).path(
    ///     "root",
    ///     read(read_root)
    ///         .write(generate_root)
    ///         .operation_prefix("pki")
    ///         .operation_suffix("root")
    ///         .operation_id(Operation::Update, OperationId::new().verb("generate")),
    /// );
    /// # engine.build().unwrap();
    /// ```
    #[must_use]
    pub fn operation_id(mut self, operation: Operation, id: OperationId) -> Self {
        self.attributes.ids.push((operation, id));
        self
    }
}
