use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::super::automaton::{Automaton, MAX_STATES, StateId};

/// Returns the names of the groups, in their order.
pub(super) fn parameters(hir: &Hir) -> Vec<Box<str>> {
    let mut names = Vec::new();
    collect(hir, &mut names);
    names
}

fn collect(hir: &Hir, names: &mut Vec<Box<str>>) {
    match hir.kind() {
        HirKind::Capture(capture) => {
            names.extend(capture.name.clone());
            collect(&capture.sub, names);
        }
        HirKind::Repetition(repetition) => collect(&repetition.sub, names),
        HirKind::Concat(subs) | HirKind::Alternation(subs) => {
            subs.iter().for_each(|sub| collect(sub, names));
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => {}
    }
}

/// Adds the texts that a regex matches; `None` if it looks at words or lines, or is very large.
pub(super) fn add(automaton: &mut Automaton, hir: &Hir) -> Option<StateId> {
    let accept = automaton.accept();
    let limit = automaton.len() + MAX_STATES;
    before(automaton, hir, accept, limit)
}

/// Adds the states of an expression, from its end to its start, and returns the state where it
/// starts. `next` is the state that follows it.
fn before(automaton: &mut Automaton, hir: &Hir, next: StateId, limit: usize) -> Option<StateId> {
    if automaton.len() > limit {
        return None;
    }
    Some(match hir.kind() {
        HirKind::Empty => next,
        HirKind::Literal(literal) => automaton.literal(std::str::from_utf8(&literal.0).ok()?, next),
        HirKind::Class(Class::Unicode(class)) => {
            let ranges: Vec<_> = class.iter().map(|range| (range.start(), range.end())).collect();
            automaton.characters(&ranges, next)
        }
        // An expression that matches nothing is an empty class of bytes, however it was written.
        HirKind::Class(Class::Bytes(class)) if class.ranges().is_empty() => {
            automaton.characters(&[], next)
        }
        HirKind::Class(Class::Bytes(_)) => return None,
        HirKind::Look(Look::Start) => automaton.start(next),
        HirKind::Look(Look::End) => automaton.end(next),
        HirKind::Look(_) => return None,
        HirKind::Capture(capture) => before(automaton, &capture.sub, next, limit)?,
        HirKind::Concat(subs) => {
            let mut next = next;
            for sub in subs.iter().rev() {
                next = before(automaton, sub, next, limit)?;
            }
            next
        }
        HirKind::Alternation(subs) => {
            let mut starts = Vec::with_capacity(subs.len());
            for sub in subs {
                starts.push(before(automaton, sub, next, limit)?);
            }
            automaton.fork(starts)
        }
        HirKind::Repetition(repetition) => {
            let mut start = next;
            match repetition.max {
                None => {
                    start = automaton.fork(Vec::new());
                    let body = before(automaton, &repetition.sub, start, limit)?;
                    automaton.redirect(start, vec![body, next]);
                }
                Some(max) => {
                    for _ in repetition.min..max {
                        let body = before(automaton, &repetition.sub, start, limit)?;
                        start = automaton.fork(vec![body, next]);
                    }
                }
            }
            for _ in 0..repetition.min {
                start = before(automaton, &repetition.sub, start, limit)?;
            }
            start
        }
    })
}
