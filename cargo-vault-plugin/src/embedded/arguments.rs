//! A command's words: flags in front, then what they are about.

use serde_json::{Map, Value};

/// The words after the command's name.
#[derive(Debug, Default)]
pub(super) struct Words {
    flags: Vec<(String, String)>,
    /// Everything that is not a flag.
    pub(super) rest: Vec<String>,
}

impl Words {
    pub(super) fn of(words: &[String]) -> Self {
        let mut found = Self::default();
        for word in words {
            let flag = word.strip_prefix("--").or_else(|| word.strip_prefix('-'));
            match flag.filter(|flag| found.rest.is_empty() && !flag.is_empty()) {
                Some(flag) => {
                    let (name, value) = flag.split_once('=').unwrap_or((flag, "true"));
                    found.flags.push((name.to_owned(), value.to_owned()));
                }
                None => found.rest.push(word.clone()),
            }
        }
        found
    }

    pub(super) fn flag(&self, name: &str) -> Option<&str> {
        let mut flags = self.flags.iter().rev();
        flags.find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Reads fields from words of the form `name=value`; the value is a text, as from the real command line.
///
/// # Errors
/// What is wrong with the first one that has another form.
pub(crate) fn fields(words: &[String]) -> Result<Map<String, Value>, String> {
    let field = |word: &String| match word.split_once('=') {
        Some((name, value)) if !name.is_empty() => {
            let value = match value.strip_prefix('@') {
                Some(file) => std::fs::read_to_string(file)
                    .map_err(|error| format!("{name}: {file} can't be read: {error}"))?,
                None => value.to_owned(),
            };
            Ok((name.to_owned(), Value::String(value)))
        }
        _ => Err(format!("Failed to parse K=V data: invalid key/value pair {word:?}")),
    };
    words.iter().map(field).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn flags_stand_in_front() {
        let found = Words::of(&words(&["-sha256=ab", "--command=x", "secret", "-not=a flag"]));
        assert_eq!((found.flag("sha256"), found.flag("command")), (Some("ab"), Some("x")));
        assert_eq!(found.flag("not"), None);
        assert_eq!(found.rest, ["secret", "-not=a flag"]);
    }

    #[test]
    fn values_may_hold_anything() {
        let found = fields(&words(&["message=Hello World", "sum=a=b", "empty="])).expect("fields");
        assert_eq!((&found["message"], &found["sum"]), (&"Hello World".into(), &"a=b".into()));
        assert_eq!(found["empty"], "");
        assert!(fields(&words(&["nothing"])).is_err());
        assert!(fields(&words(&["=x"])).is_err());
        assert!(fields(&words(&["x=@/no/such/file"])).is_err());
    }
}
