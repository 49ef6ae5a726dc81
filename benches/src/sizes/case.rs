//! One kind of body on one of the ways that bodies take.

use std::fmt;

use super::bounds::LARGE;
use super::cases::FLAT_READER;
use super::reader::Prepare;
use super::shape::{FLAT, Shape};

/// The sizes of bodies, in bytes. The largest takes long under valgrind, so only some bodies have it.
pub const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];

/// What callgrind is to call [`turn`], so that it counts nothing else.
pub(super) const TURN: &str = concat!(module_path!(), "::turn*");

/// The ways that bodies take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Path {
    /// A text to data, its fields' number, and a tree.
    Data,
    /// A request to the fields of a type.
    Fields,
    /// A request to changes of what is stored.
    Patch,
    /// A value to storage and back.
    Entry,
}

/// A shape of bodies, and what they are read as.
#[derive(Clone, Copy)]
pub struct Case {
    pub(super) path: Path,
    /// What the body is read as.
    pub(super) reader: &'static str,
    pub(super) prepare: Prepare,
    pub(super) shape: Shape,
    /// The flat body of the same type, if it has one of its own.
    pub(super) flat: Option<Shape>,
    /// Whether such a body is taken; else it is refused.
    pub(super) taken: bool,
}

/// Why a case could not be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaseError {
    /// No case has this name.
    #[error("no body has the name `{0}`; `instructions sizes` lists the names")]
    Unknown(String),
    /// It could not be prepared.
    #[error("`{name}` cannot be prepared: {source}")]
    Unprepared {
        /// The case.
        name: String,
        /// Why not.
        source: Box<dyn std::error::Error>,
    },
    /// A body was refused that is to be taken, or taken that is to be refused.
    #[error("`{name}` of {size} bytes {}", if *taken { "was refused" } else { "was accepted" })]
    Wrong {
        /// The case.
        name: String,
        /// The size.
        size: usize,
        /// Whether it was to be taken.
        taken: bool,
    },
}

impl Case {
    /// Returns the case of this name.
    ///
    /// # Errors
    ///
    /// Fails if there is none.
    pub fn named(name: &str) -> Result<Self, CaseError> {
        let found = super::all().into_iter().find(|case| case.to_string() == name);
        found.ok_or_else(|| CaseError::Unknown(name.to_owned()))
    }

    /// Returns whether other bodies are compared with this one.
    #[must_use]
    pub fn is_flat(&self) -> bool {
        self.flat.is_some_and(|flat| flat.name == self.shape.name)
    }

    /// Returns whether this is the flat body of its way, which is compared with no other.
    #[must_use]
    pub fn is_first(&self) -> bool {
        self.is_flat() && self.reader == FLAT_READER
    }

    /// Returns the name of the flat body that this one is compared with: of the same type if that
    /// has one, else of its way.
    #[must_use]
    pub fn baseline(&self) -> String {
        match self.flat {
            Some(flat) if !self.is_flat() => {
                format!("{} {}: {}", self.path, self.reader, flat.name)
            }
            _ => format!("{} {FLAT_READER}: {}", self.path, FLAT.name),
        }
    }

    /// Returns the sizes that it is counted at.
    #[must_use]
    pub fn sizes(&self) -> &'static [usize] {
        if LARGE.contains(&self.to_string().as_str()) { &SIZES } else { &SIZES[..2] }
    }

    /// Reads one body of so many bytes.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be prepared, or is accepted that should be refused, or the other way
    /// round.
    pub fn run(&self, size: usize) -> Result<(), CaseError> {
        let name = || self.to_string();
        let mut work = (self.prepare)(self.shape, size)
            .map_err(|source| CaseError::Unprepared { name: name(), source })?;
        if turn(&mut *work) == self.taken {
            Ok(())
        } else {
            Err(CaseError::Wrong { name: name(), size, taken: self.taken })
        }
    }
}

/// Does the work, in a function of its own: the preparation is not counted.
#[inline(never)]
fn turn(work: &mut dyn FnMut() -> bool) -> bool {
    work()
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Data => "data",
            Self::Fields => "fields",
            Self::Patch => "patch",
            Self::Entry => "entry",
        })
    }
}

/// The name: the way, what the body is read as, and its shape.
impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.path, self.reader, self.shape.name)
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_body_comes_to_its_end() {
        let cases = super::super::all();
        for case in &cases {
            case.run(2000).unwrap();
        }
        let names: BTreeSet<_> = cases.iter().map(ToString::to_string).collect();
        assert_eq!(names.len(), cases.len());
        assert!(matches!(Case::named("nothing"), Err(CaseError::Unknown(_))));
    }

    #[test]
    fn another_end_is_an_error() {
        let case = super::super::all()[0];
        let wrong = Case { taken: !case.taken, ..case };
        assert!(matches!(wrong.run(2000), Err(CaseError::Wrong { .. })));
    }
}
