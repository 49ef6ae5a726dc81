//! A small automaton over characters, with which the router decides at start whether a path can be
//! reached. Requests do not use it: they go through the trie and the compiled regexes.

use std::collections::{BTreeSet, HashSet};

pub(super) type StateId = u32;

/// Nondeterministic, and shared by all patterns of a router; each has its own start state.
#[derive(Debug, Default)]
pub(super) struct Automaton {
    states: Vec<State>,
}

#[derive(Debug)]
enum State {
    /// One character of these inclusive ranges.
    Characters(Vec<(char, char)>, StateId),
    /// No character; continues in any of these. If there are none, it is a dead end.
    Fork(Vec<StateId>),
    /// No character, but only at the start of the text.
    Start(StateId),
    /// No character, but only at the end of the text.
    End(StateId),
    Accept,
}

/// The position of a search in each of its automata.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Sides {
    /// One for each automaton that has to accept.
    wanted: Vec<Vec<StateId>>,
    /// All that must not accept, as one.
    others: Vec<StateId>,
}

impl Sides {
    fn states(&self) -> impl Iterator<Item = &StateId> {
        self.wanted.iter().flatten().chain(&self.others)
    }
}

/// The result of looking for a text that one pattern matches and others do not.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Search {
    /// There is one: this text.
    Found(String),
    /// There is none.
    Nothing,
    /// The patterns are too complex to tell within [`BUDGET`] steps and [`WORK`].
    GaveUp,
}

/// How many combinations of states one search visits. Real patterns need a few dozen.
const BUDGET: usize = 5_000;

/// How many states one search visits, since a step from a thousand states costs a thousand times as
/// much as a step from one: `([a-z]+){1000}` has few combinations, but all of them are large.
const WORK: usize = 500_000;

/// Larger patterns are not checked: `(a{1000}){1000}` is legal.
pub(super) const MAX_STATES: usize = 50_000;

impl Automaton {
    pub(super) fn len(&self) -> usize {
        self.states.len()
    }

    pub(super) fn accept(&mut self) -> StateId {
        self.add(State::Accept)
    }

    pub(super) fn start(&mut self, next: StateId) -> StateId {
        self.add(State::Start(next))
    }

    pub(super) fn end(&mut self, next: StateId) -> StateId {
        self.add(State::End(next))
    }

    pub(super) fn fork(&mut self, next: Vec<StateId>) -> StateId {
        self.add(State::Fork(next))
    }

    /// Makes an existing fork lead to other states, which is how loops are closed.
    pub(super) fn redirect(&mut self, fork: StateId, next: Vec<StateId>) {
        if let Some(state) = self.states.get_mut(fork as usize) {
            *state = State::Fork(next);
        }
    }

    pub(super) fn characters(&mut self, ranges: &[(char, char)], next: StateId) -> StateId {
        self.add(State::Characters(ranges.to_vec(), next))
    }

    pub(super) fn literal(&mut self, text: &str, next: StateId) -> StateId {
        text.chars().rev().fold(next, |next, one| self.characters(&[(one, one)], next))
    }

    /// Adds any number of characters of these ranges.
    pub(super) fn repeat(&mut self, ranges: &[(char, char)], next: StateId) -> StateId {
        let fork = self.fork(Vec::new());
        let body = self.characters(ranges, fork);
        self.redirect(fork, vec![body, next]);
        fork
    }

    fn add(&mut self, state: State) -> StateId {
        self.states.push(state);
        // `MAX_STATES` and the number of templates keep it far below the maximum.
        StateId::try_from(self.states.len() - 1).unwrap_or(StateId::MAX)
    }

    /// Looks for a text that `wanted` matches and none of `others` does. With `paths_only` a text
    /// must not start with a slash, as no request path does.
    pub(super) fn difference(
        &self,
        wanted: StateId,
        others: &[StateId],
        paths_only: bool,
    ) -> Search {
        self.search(&[wanted], others, paths_only)
    }

    /// Looks for a text that all of `wanted` match and none of `others` does: the automata of all
    /// sides are made deterministic step by step and walked in parallel, shortest texts first.
    /// With `paths_only` a text must not start with a slash, as no request path does.
    pub(super) fn search(
        &self,
        wanted: &[StateId],
        others: &[StateId],
        paths_only: bool,
    ) -> Search {
        let first = Sides {
            wanted: wanted.iter().map(|one| self.closure([*one], true)).collect(),
            others: self.closure(others.iter().copied(), true),
        };
        if self.is_found(&first, true) {
            return Search::Found(String::new());
        }
        // The first one is left out: what is skipped at the start of a text is not skipped later
        // on.
        let mut seen = HashSet::new();
        let mut queue = vec![(first, 0, '\0')];
        let mut position = 0;
        let mut work = 0;
        while let Some((sides, _, _)) = queue.get(position).cloned() {
            for character in self.representatives(&sides) {
                work += sides.states().count();
                if paths_only && position == 0 && character == '/' {
                    continue;
                }
                let wanted: Vec<_> =
                    sides.wanted.iter().map(|states| self.step(states, character)).collect();
                if wanted.iter().any(Vec::is_empty) {
                    continue;
                }
                let next = Sides { wanted, others: self.step(&sides.others, character) };
                if self.is_found(&next, false) {
                    queue.push((next, position, character));
                    return Search::Found(spell(&queue));
                }
                if seen.insert(next.clone()) {
                    queue.push((next, position, character));
                }
                if queue.len() > BUDGET || work > WORK {
                    return Search::GaveUp;
                }
            }
            position += 1;
        }
        Search::Nothing
    }

    fn is_found(&self, sides: &Sides, at_start: bool) -> bool {
        sides.wanted.iter().all(|states| self.accepts(states, at_start))
            && !self.accepts(&sides.others, at_start)
    }

    /// Returns one character for each set of characters that all states treat alike. The slash is
    /// always a set of its own.
    fn representatives(&self, sides: &Sides) -> BTreeSet<char> {
        let mut characters = BTreeSet::from(['/', '0']);
        for state in sides.states() {
            if let Some(State::Characters(ranges, _)) = self.states.get(*state as usize) {
                for &(low, high) in ranges {
                    characters.insert(low);
                    characters.extend((high..=char::MAX).nth(1));
                }
            }
        }
        characters
    }

    fn step(&self, states: &[StateId], character: char) -> Vec<StateId> {
        let next = states.iter().filter_map(|state| match self.states.get(*state as usize) {
            Some(State::Characters(ranges, next))
                if ranges.iter().any(|(low, high)| (*low..=*high).contains(&character)) =>
            {
                Some(*next)
            }
            _ => None,
        });
        self.closure(next, false)
    }

    /// Returns the states that can be reached without a character; the ends of text are left to
    /// [`Self::accepts`].
    fn closure(&self, states: impl IntoIterator<Item = StateId>, at_start: bool) -> Vec<StateId> {
        self.reach(states, at_start, false)
    }

    fn accepts(&self, states: &[StateId], at_start: bool) -> bool {
        self.reach(states.iter().copied(), at_start, true)
            .iter()
            .any(|state| matches!(self.states.get(*state as usize), Some(State::Accept)))
    }

    fn reach(
        &self,
        states: impl IntoIterator<Item = StateId>,
        at_start: bool,
        at_end: bool,
    ) -> Vec<StateId> {
        let mut stack: Vec<_> = states.into_iter().collect();
        let mut visited = BTreeSet::new();
        let mut kept = Vec::new();
        while let Some(id) = stack.pop() {
            if !visited.insert(id) {
                continue;
            }
            match self.states.get(id as usize) {
                None => {}
                Some(State::Fork(next)) => stack.extend(next),
                Some(State::Start(next)) => stack.extend(at_start.then_some(*next)),
                Some(State::End(next)) if at_end => stack.push(*next),
                Some(State::End(_) | State::Characters(..) | State::Accept) => kept.push(id),
            }
        }
        kept.sort_unstable();
        kept
    }
}

/// Returns the text that led to the last entry of a queue of (states, position it came from,
/// character).
fn spell<S>(queue: &[(S, usize, char)]) -> String {
    let mut characters = Vec::new();
    let mut position = queue.len().saturating_sub(1);
    while let Some((_, from, character)) = queue.get(position).filter(|_| position > 0) {
        characters.push(*character);
        position = *from;
    }
    characters.iter().rev().collect()
}
