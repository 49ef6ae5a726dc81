//! The parts of an operation's name in the OpenAPI document.

/// The id by which the OpenAPI document names an operation. It consists of a prefix, a verb and a
/// suffix, such as `pki-generate-root`. Generated clients name their functions and types after it.
///
/// [`Operations::operation_id`](super::Operations::operation_id) shows how it is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct OperationId {
    pub(super) prefix: Option<String>,
    pub(super) verb: Option<String>,
    pub(super) suffix: Option<String>,
}

impl OperationId {
    /// Creates an id that leaves all parts to the path.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the first part; see
    /// [`Operations::operation_prefix`](super::Operations::operation_prefix).
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = given(prefix.into());
        self
    }

    /// Sets the middle part; see [`Operations::operation_verb`](super::Operations::operation_verb).
    pub fn verb(mut self, verb: impl Into<String>) -> Self {
        self.verb = given(verb.into());
        self
    }

    /// Sets the last part; see
    /// [`Operations::operation_suffix`](super::Operations::operation_suffix).
    pub fn suffix(mut self, suffix: impl Into<String>) -> Self {
        self.suffix = given(suffix.into());
        self
    }

    /// Returns whether it sets more than a prefix.
    pub(super) fn names(&self) -> bool {
        self.verb.is_some() || self.suffix.is_some()
    }

    /// Returns the id of an operation of the path `path`, the one at `position` among those that
    /// its pattern stands for. `operation` is the operation's own name, and `mount` is the prefix
    /// of ids that have neither a prefix nor a verb.
    ///
    /// Follows the rules of the Go SDK, so that a plugin has the same ids in either language.
    pub(super) fn join(
        &self,
        path: &str,
        position: usize,
        of_path: &Self,
        operation: &str,
        mount: &str,
    ) -> String {
        let part = |own: &Option<String>, shared: &Option<String>| {
            own.as_ref().or(shared.as_ref()).cloned().unwrap_or_default()
        };
        let prefix = part(&self.prefix, &of_path.prefix);
        let verb = part(&self.verb, &of_path.verb);
        let suffixes = part(&self.suffix, &of_path.suffix);
        // A path without a suffix at its position gets its words, even with a verb.
        let suffix = suffixes.split('|').nth(position);
        let suffix = match suffix {
            Some("") if verb.is_empty() => words(path),
            Some(suffix) => suffix.to_owned(),
            None => words(path),
        };
        let parts = match (prefix.as_str(), verb.as_str()) {
            ("", "") => [mount, operation, &suffix],
            (prefix, "") => [prefix, operation, &suffix],
            (prefix, verb) => [prefix, verb, &suffix],
        };
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join("-").to_lowercase()
    }
}

/// Returns the text unless it is empty, which sets nothing, as in Go.
fn given(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// Returns the words of a path: `role/{name}` becomes `role-name`.
fn words(path: &str) -> String {
    let is_word = |one: char| one.is_ascii_alphanumeric() || one == '_';
    let words = path.split(|one| !is_word(one)).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::OperationId;

    /// Parts as text: prefix, verb and suffix.
    type Parts = [&'static str; 3];

    fn id([prefix, verb, suffix]: Parts) -> OperationId {
        OperationId::new().prefix(prefix).verb(verb).suffix(suffix)
    }

    const NONE: Parts = [""; 3];

    /// The ids that the Go SDK makes of the same parts, for `write` on `path/to/thing` in a mount
    /// of `test` (openbao `sdk/framework/openapi.go`, from its code and its table of tests).
    #[test]
    fn ids_are_those_of_the_go_sdk() {
        for (position, of_path, of_operation, expected) in [
            (0, NONE, NONE, "test-write-path-to-thing"),
            // A verb replaces the prefix and the path's words.
            (0, ["", "do-something", ""], NONE, "do-something"),
            (0, NONE, ["better", "Login", ""], "better-login"),
            (0, NONE, ["", "Login", "suffix"], "login-suffix"),
            // A prefix or a suffix alone replaces its own part.
            (0, ["mine", "", ""], NONE, "mine-write-path-to-thing"),
            (0, ["mine", "", "suffix"], NONE, "mine-write-suffix"),
            (0, ["", "", "suffix"], NONE, "test-write-suffix"),
            // Each part of an operation overrides that of its path.
            (0, ["", "do-something", ""], ["", "other", ""], "other"),
            (0, ["mine", "", ""], ["better", "", ""], "better-write-path-to-thing"),
            (0, ["mine", "", "suffix"], ["better", "", "other"], "better-write-other"),
            (0, ["mine", "Create", "suffix"], ["better", "", "other"], "better-create-other"),
            (0, ["mine", "Create", "suffix"], ["better", "Login", "other"], "better-login-other"),
            (0, ["mine", "create", "suffix"], ["", "", "other"], "mine-create-other"),
            // Suffixes by position.
            (0, NONE, ["better", "", "s0|s1"], "better-write-s0"),
            (1, NONE, ["better", "", "s0|s1"], "better-write-s1"),
            (2, NONE, ["better", "", "s0|s1"], "better-write-path-to-thing"),
            (1, ["", "", "s0|s1"], ["", "verb", ""], "verb-s1"),
            (1, ["", "", "s0|s1"], ["", "", "other"], "test-write-path-to-thing"),
            (0, ["", "", "|s1"], NONE, "test-write-path-to-thing"),
            (1, ["", "", "s0|"], NONE, "test-write-path-to-thing"),
            // With a verb, an empty suffix is omitted, and a missing one becomes the path's words.
            (0, ["", "verb", "|s1"], NONE, "verb"),
            (1, ["", "verb", "s0|"], NONE, "verb"),
            (1, ["", "verb", ""], NONE, "verb-path-to-thing"),
            (2, ["", "verb", "s0|s1"], NONE, "verb-path-to-thing"),
        ] {
            let found =
                id(of_operation).join("path/to/thing", position, &id(of_path), "write", "test");
            assert_eq!(found, expected, "{position} {of_path:?} {of_operation:?}");
        }
    }

    #[test]
    fn words_of_a_path_are_joined_with_hyphens() {
        for (path, mount, expected) in [
            ("", "", "read"),
            ("", "test", "test-read"),
            ("Role/{name}", "", "read-role-name"),
            ("a//b_c.d/", "My_Mount", "my_mount-read-a-b_c-d"),
        ] {
            let found = OperationId::new().join(path, 0, &OperationId::new(), "read", mount);
            assert_eq!(found, expected, "{path}");
        }
    }
}
