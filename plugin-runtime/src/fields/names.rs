//! Names of a request's fields, for a warning.

use std::fmt;
use std::ops::Deref;

/// How many names a warning lists. That is enough for the caller to understand it, and the warning
/// about a request of a megabyte must not be a megabyte long.
const LISTED: usize = 32;

/// How many bytes of a name a warning shows.
const SHOWN: usize = 128;

/// The first of some names in alphabetical order, and how many more there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameList {
    names: Vec<String>,
    more: usize,
}

impl NameList {
    /// Adds a name that sorts after all existing ones.
    pub(crate) fn push(&mut self, name: &str) {
        if self.names.len() < LISTED {
            let mut shown = name.get(..name.floor_char_boundary(SHOWN)).unwrap_or(name).to_owned();
            if shown.len() < name.len() {
                shown.push('…');
            }
            self.names.push(shown);
        } else {
            self.more += 1;
        }
    }
}

/// Returns the names that are listed, sorted.
impl Deref for NameList {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.names
    }
}

/// Returns whether these are exactly the names.
impl<const N: usize> PartialEq<[&str; N]> for NameList {
    fn eq(&self, names: &[&str; N]) -> bool {
        self.more == 0 && self.names == names
    }
}

/// Returns whether these are exactly the names.
impl PartialEq<Vec<String>> for NameList {
    fn eq(&self, names: &Vec<String>) -> bool {
        self.more == 0 && self.names == *names
    }
}

impl<'a> FromIterator<&'a str> for NameList {
    /// Collects names, which must be sorted.
    fn from_iter<I: IntoIterator<Item = &'a str>>(names: I) -> Self {
        let mut list = Self::default();
        names.into_iter().for_each(|name| list.push(name));
        list
    }
}

/// Shows the names, separated by blanks.
impl fmt::Display for NameList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names.join(" "))?;
        match self.more {
            0 => Ok(()),
            more => write!(f, " … and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_stays_short_however_many_and_long_its_names_are() {
        let few: NameList = ["a", "b"].into_iter().collect();
        assert_eq!(few.to_string(), "a b");
        assert_eq!(few, ["a", "b"]);
        assert!(NameList::default().is_empty() && !few.is_empty());
        let names: Vec<String> =
            (0..100_000).map(|number| format!("{number:06}{}", "ä".repeat(500))).collect();
        let many: NameList = names.iter().map(String::as_str).collect();
        let shown = many.to_string();
        assert!(shown.len() < LISTED * (SHOWN + 8) + 32, "{}", shown.len());
        assert!(shown.starts_with("000000ä") && shown.ends_with("… … and 99968 more"), "{shown}");
    }
}
