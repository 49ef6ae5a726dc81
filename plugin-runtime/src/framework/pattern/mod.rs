//! Finds the declared path that a request is for.
//!
//! A [`Pattern`] says which request paths belong to a declared path; the router finds the first
//! declared pattern that matches. Most patterns are templates, which are routed through a tree of
//! segments without any regular expression. Regexes made with [`Pattern::regex`] are compiled into
//! one automaton; a plugin that uses none does not contain the regex engine.

mod automaton;
mod error;
mod generic_name;
mod paths;
#[expect(clippy::module_inception, reason = "the type's own file, next to its parts")]
mod pattern;
mod raw;
mod reachability;
mod router;
mod template;
mod trie;
mod values;

#[cfg(test)]
mod tests;

pub use self::{
    error::{PatternError, TemplateFault},
    pattern::Pattern,
};
pub(crate) use self::{
    paths::{Compared, PathSet, Paths},
    pattern::ExpandedPath,
    router::{Match, Router},
};
