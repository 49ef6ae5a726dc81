use super::{
    super::automaton::{Automaton, StateId},
    Kind, Segment, Template,
};

const WORD: [(char, char); 4] = [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];
const DOT: [(char, char); 2] = [('\0', '\u{9}'), ('\u{b}', char::MAX)];

impl Template {
    /// Adds the matching texts to an automaton, and returns the state where they start.
    pub(in super::super) fn add_to(&self, automaton: &mut Automaton) -> StateId {
        // Built from the end to the front, because each state names the one that follows it.
        let mut next = automaton.accept();
        if self.optional_slash {
            let slash = automaton.literal("/", next);
            next = automaton.fork(vec![slash, next]);
        }
        if let Some(parameter) = &self.optional {
            let value = parameter.kind.add_to(automaton, next);
            let slash = automaton.literal("/", value);
            next = automaton.fork(vec![slash, next]);
        }
        for (position, segment) in self.segments.iter().enumerate().rev() {
            next = match segment {
                Segment::Literal(text) => automaton.literal(text, next),
                Segment::Parameter(parameter) => parameter.kind.add_to(automaton, next),
            };
            if position > 0 {
                next = automaton.literal("/", next);
            }
        }
        next
    }
}

impl Kind {
    fn add_to(self, automaton: &mut Automaton, next: StateId) -> StateId {
        let inner: &[(char, char)] = match self {
            Self::Name => &[('-', '.')],
            Self::NameWithAt => &[('-', '.'), ('@', '@')],
            Self::Rest => return automaton.repeat(&DOT, next),
            Self::NonEmptyRest => {
                let rest = automaton.repeat(&DOT, next);
                return automaton.characters(&DOT, rest);
            }
        };
        let last = automaton.characters(&WORD, next);
        let middle = automaton.repeat(&[&WORD, inner].concat(), last);
        let tail = automaton.fork(vec![middle, next]);
        automaton.characters(&WORD, tail)
    }
}
