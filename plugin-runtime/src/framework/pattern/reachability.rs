//! Finds, when a router is built, the paths that no request can reach.

use super::{
    automaton::{Automaton, Search, StateId},
    error::PatternError,
    pattern::{Pattern, Shape},
};

/// Refuses the first pattern that no request path matches, or whose matches all belong to patterns
/// before it.
///
/// The result is exact for templates and for regexes without `\b`, `\B` and `(?m)`. Other regexes,
/// and very large ones, count as reachable and as covering nothing, except that the same text twice
/// is always noticed. A path that can be reached is never refused.
pub(super) fn check(patterns: &[(&Pattern, &Shape)]) -> Result<(), PatternError> {
    let mut automaton = Automaton::default();
    let mut earlier: Vec<(&str, StateId)> = Vec::new();
    for (position, (pattern, shape)) in patterns.iter().enumerate() {
        let text = pattern.as_str();
        if patterns[..position].iter().any(|(other, other_shape)| {
            other.as_str() == text && other_shape.is_regex() == shape.is_regex()
        }) {
            return Err(PatternError::Unreachable {
                pattern: text.to_owned(),
                covered_by: vec![text.to_owned()],
            });
        }
        let Some(start) = shape.add_to(&mut automaton) else { continue };
        let before: Vec<_> = earlier.iter().map(|(_, start)| *start).collect();
        if automaton.difference(start, &before, true) == Search::Nothing {
            return Err(reason(&automaton, text, start, &earlier));
        }
        earlier.push((text, start));
    }
    Ok(())
}

fn reason(
    automaton: &Automaton,
    text: &str,
    start: StateId,
    earlier: &[(&str, StateId)],
) -> PatternError {
    let pattern = text.to_owned();
    if automaton.difference(start, &[], false) == Search::Nothing {
        return PatternError::MatchesNothing { pattern };
    }
    if automaton.difference(start, &[], true) == Search::Nothing {
        return PatternError::LeadingSlash { pattern };
    }
    // A single pattern that covers it is the best explanation; else drop those that the cover does
    // not need.
    let covers = |some: &[(&str, StateId)]| {
        let starts: Vec<_> = some.iter().map(|(_, start)| *start).collect();
        automaton.difference(start, &starts, true) == Search::Nothing
    };
    let mut cover = match earlier.iter().find(|one| covers(&[**one])) {
        Some(one) => vec![*one],
        None => earlier.to_vec(),
    };
    let mut position = 0;
    while cover.len() > 1 && position < cover.len() {
        let mut fewer = cover.clone();
        fewer.remove(position);
        if covers(&fewer) {
            cover = fewer;
        } else {
            position += 1;
        }
    }
    let covered_by = cover.iter().map(|(text, _)| (*text).to_owned()).collect();
    PatternError::Unreachable { pattern, covered_by }
}
