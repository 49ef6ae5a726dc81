//! The request paths of a backend as sets, which are compared when the backend is built.

use super::{
    automaton::{Automaton, Search, StateId},
    pattern::Pattern,
};

/// Everything but a slash.
const NO_SLASH: [(char, char); 2] = [('\0', '.'), ('0', char::MAX)];

/// Every character.
const ANY: [(char, char); 1] = [('\0', char::MAX)];

/// The paths of each declared pattern, and the automaton that compares them.
#[derive(Debug)]
pub(crate) struct Paths {
    automaton: Automaton,
    /// `None` for a pattern that the automaton cannot express.
    declared: Vec<Option<StateId>>,
    /// What all paths of a pattern begin with.
    starts: Vec<String>,
}

/// A set of request paths.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PathSet(StateId);

/// The result of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    /// There is such a path, for example this one.
    Example(String),
    /// There is no such path.
    Nothing,
    /// The patterns are too intricate to tell.
    Unknown,
}

impl Paths {
    /// Collects the paths of valid patterns, in the order of their declaration.
    pub(crate) fn of(patterns: &[Pattern]) -> Self {
        let mut automaton = Automaton::default();
        let declared =
            patterns.iter().map(|pattern| pattern.shape().ok()?.add_to(&mut automaton)).collect();
        let starts = patterns.iter().map(|pattern| pattern.start().to_owned()).collect();
        Self { automaton, declared, starts }
    }

    /// Returns the paths that end with a slash, and the empty path, which is the root of the mount.
    pub(crate) fn of_lists(&mut self) -> PathSet {
        let accept = self.automaton.accept();
        let slash = self.automaton.literal("/", accept);
        let longer = self.automaton.repeat(&ANY, slash);
        PathSet(self.automaton.fork(vec![longer, accept]))
    }

    /// Returns the paths that do not end with a slash, and the empty path, which is the root of the
    /// mount.
    pub(crate) fn of_writes(&mut self) -> PathSet {
        let accept = self.automaton.accept();
        let last = self.automaton.characters(&NO_SLASH, accept);
        let longer = self.automaton.repeat(&ANY, last);
        PathSet(self.automaton.fork(vec![longer, accept]))
    }

    /// Returns the paths to which servers apply a special path: the path itself, all that begin
    /// with it if it ends in `*`, and with `wildcards` any one segment, even an empty one, for each
    /// segment `+`.
    pub(crate) fn of_special(&mut self, special: &str, wildcards: bool) -> PathSet {
        let mut next = self.automaton.accept();
        let exact = special.strip_suffix('*');
        if exact.is_some() {
            next = self.automaton.repeat(&ANY, next);
        }
        for (position, segment) in exact.unwrap_or(special).split('/').rev().enumerate() {
            if position > 0 {
                next = self.automaton.literal("/", next);
            }
            next = match segment {
                "+" if wildcards => self.automaton.repeat(&NO_SLASH, next),
                text => self.automaton.literal(text, next),
            };
        }
        PathSet(next)
    }

    /// Returns the paths of a declared pattern, if they are known.
    pub(crate) fn declared(&self, index: usize) -> Option<PathSet> {
        self.declared.get(index).copied().flatten().map(PathSet)
    }

    /// Looks for a path of the pattern at `index` that is in all of `within` and none of `without`,
    /// whether or not an earlier pattern takes it.
    pub(crate) fn matched(
        &self,
        index: usize,
        within: &[PathSet],
        without: &[PathSet],
    ) -> Compared {
        self.search(index, within, without.iter().map(|set| set.0).collect())
    }

    /// Looks for a request path that goes to the pattern at `index`, since no earlier pattern
    /// matches it, and that is in all of `within` and none of `without`.
    pub(crate) fn routed(&self, index: usize, within: &[PathSet], without: &[PathSet]) -> Compared {
        // Most patterns begin with other words, and then the check costs nothing.
        let start = self.starts.get(index).map_or("", String::as_str);
        let shares = |other: &String| other.starts_with(start) || start.starts_with(other.as_str());
        let earlier = self.declared.iter().zip(&self.starts).take(index);
        let earlier = earlier.filter(|(_, other)| shares(other)).filter_map(|(state, _)| *state);
        self.search(index, within, without.iter().map(|set| set.0).chain(earlier).collect())
    }

    fn search(&self, index: usize, within: &[PathSet], without: Vec<StateId>) -> Compared {
        let Some(Some(pattern)) = self.declared.get(index) else { return Compared::Unknown };
        let wanted: Vec<_> = std::iter::once(*pattern).chain(within.iter().map(|s| s.0)).collect();
        match self.automaton.search(&wanted, &without, true) {
            Search::Found(example) => Compared::Example(example),
            Search::Nothing => Compared::Nothing,
            Search::GaveUp => Compared::Unknown,
        }
    }
}
