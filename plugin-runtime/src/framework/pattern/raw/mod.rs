//! Patterns that are regular expressions.
//!
//! The rest of the module uses them only as trait objects, which [`parse`] makes: if a plugin never
//! calls `Pattern::regex`, the linker finds no use of the regex engine and drops it.

mod dialect;
mod expand;
mod language;
mod set;

use std::{fmt, sync::Arc};

use regex_syntax::{
    ast::{self, Ast},
    hir::{self, Hir, Look},
};

use super::{
    automaton::{Automaton, StateId},
    error::PatternError,
    pattern::ExpandedPath,
    values::Values,
};

/// One regular expression.
pub(super) trait RawPattern: fmt::Debug + Send + Sync {
    /// Returns the names of its groups.
    fn parameters(&self) -> &[Box<str>];
    /// Returns whether its top is an alternation, which Go's anchors would break apart.
    fn has_alternatives(&self) -> bool;
    /// Returns the paths of the OpenAPI document; see [`Pattern::expand`](super::Pattern::expand).
    fn expand(&self) -> Option<Vec<ExpandedPath>>;
    /// Adds the matching texts to an automaton, unless it cannot express them.
    fn add_to(&self, automaton: &mut Automaton) -> Option<StateId>;
    /// Returns the pattern as it was declared.
    fn source(&self) -> &str;
    /// Returns the pattern in the syntax of the regex engine.
    fn translated(&self) -> &str;
    /// Compiles regexes, which need not include this one, into one automaton.
    fn compile(&self, all: &[&dyn RawPattern]) -> Result<Box<dyn RawSet>, PatternError>;
}

/// All regular expressions of a router, compiled.
pub(super) trait RawSet: fmt::Debug + Send + Sync {
    /// Returns the index of the first regex that matches.
    fn find(&self, path: &str) -> Option<usize>;
    /// Returns the values of the groups of a regex that is known to match.
    fn values<'p>(&self, number: usize, path: &'p str) -> Option<Values<'p>>;
}

/// How deep groups, repetitions and alternatives may be nested. Compilation recurses as deep, and a
/// thread's stack is limited; regexes in practice have about ten levels.
const MAX_DEPTH: u32 = 64;

struct Regex {
    source: Box<str>,
    translated: Box<str>,
    parameters: Vec<Box<str>>,
    has_alternatives: bool,
    expanded: Option<Vec<ExpandedPath>>,
}

/// Reads a regular expression in the syntax of Go.
pub(super) fn parse(source: &str) -> Result<Arc<dyn RawPattern>, PatternError> {
    let pattern = || source.to_owned();
    let refused = |reason: String| PatternError::Regex { pattern: pattern(), reason };
    let translated = dialect::translate(source).map_err(|fault| refused(fault.to_string()))?;
    let mut parser = ast::parse::ParserBuilder::new().nest_limit(MAX_DEPTH).build();
    let ast = parser.parse(&translated).map_err(|error| match error.kind() {
        ast::ErrorKind::GroupNameDuplicate { .. } => {
            let span = error.span();
            let name = translated.get(span.start.offset..span.end.offset).unwrap_or_default();
            PatternError::DuplicateParameter { pattern: pattern(), name: name.to_owned() }
        }
        kind => refused(kind.to_string()),
    })?;
    let hir = hir::translate::Translator::new()
        .translate(&translated, &ast)
        .map_err(|error| refused(error.kind().to_string()))?;
    // The trees are large and needed only at start, so they are not kept.
    Ok(Arc::new(Regex {
        source: source.into(),
        parameters: language::parameters(&hir),
        has_alternatives: matches!(ast, Ast::Alternation(_)),
        expanded: expand::expand(&ast),
        translated: translated.into(),
    }))
}

fn anchored(hir: Hir) -> Hir {
    Hir::concat(vec![Hir::look(Look::Start), hir, Hir::look(Look::End)])
}

impl RawPattern for Regex {
    fn parameters(&self) -> &[Box<str>] {
        &self.parameters
    }

    fn has_alternatives(&self) -> bool {
        self.has_alternatives
    }

    fn expand(&self) -> Option<Vec<ExpandedPath>> {
        self.expanded.clone()
    }

    fn add_to(&self, automaton: &mut Automaton) -> Option<StateId> {
        language::add(automaton, &anchored(regex_syntax::parse(&self.translated).ok()?))
    }

    fn source(&self) -> &str {
        &self.source
    }

    fn translated(&self) -> &str {
        &self.translated
    }

    fn compile(&self, all: &[&dyn RawPattern]) -> Result<Box<dyn RawSet>, PatternError> {
        Ok(Box::new(set::RegexSet::new(all)?))
    }
}

impl fmt::Debug for Regex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Regex").field(&self.source).finish()
    }
}
