//! The reference for a router: one regex for each pattern, tried in order.

use regex_automata::nfa::thompson::backtrack::BoundedBacktracker;

/// Regexes in the syntax of Rust, anchored here.
pub(super) struct Reference(Vec<BoundedBacktracker>);

impl Reference {
    pub(super) fn new(regexes: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let compile = |regex: &str| {
            BoundedBacktracker::new(&format!("^(?:{regex})$")).expect("a regex in Rust's syntax")
        };
        Self(regexes.into_iter().map(|regex| compile(regex.as_ref())).collect())
    }

    /// Finds the index and the named groups, absent ones as empty text.
    pub(super) fn route(&self, path: &str) -> Option<(usize, Vec<(String, String)>)> {
        self.0.iter().enumerate().find_map(|(index, regex)| {
            let mut captures = regex.create_captures();
            regex
                .try_captures(&mut regex.create_cache(), path, &mut captures)
                .expect("a short path");
            captures.pattern()?;
            let info = captures.group_info();
            let names = info.pattern_names(captures.pattern()?).flatten();
            let value = |name: &str| {
                let span = captures.get_group_by_name(name);
                span.map_or_else(String::new, |span| path[span.start..span.end].to_owned())
            };
            Some((index, names.map(|name| (name.to_owned(), value(name))).collect()))
        })
    }
}
