//! What is counted: one stage of a request or one whole request, as often as one likes.

use std::collections::BTreeMap;
use std::hint::black_box;

use plugin_proto::pb;
use plugin_runtime::{Data, Error, Operation, Response};
use prost::Message as _;

use crate::document::{Size, document};
use crate::engines;
use crate::mount::Mount;
use crate::wire;

/// Something that is done again and again, and tells whether it went well.
type Work = Box<dyn FnMut() -> bool>;

/// Work that is ready to begin.
type Prepared = Result<Work, Box<dyn std::error::Error>>;

/// Work of which each turn costs the same.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// How the baseline and the command line call it.
    pub name: &'static str,
    prepare: fn() -> Prepared,
}

/// Why a scenario could not be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// There is none of this name.
    #[error("there is no scenario `{0}`")]
    Unknown(String),
    /// It could not be prepared.
    #[error("`{name}` cannot be prepared: {source}")]
    Unprepared {
        /// The scenario.
        name: &'static str,
        /// Why not.
        source: Box<dyn std::error::Error>,
    },
    /// Another answer came than the one whose cost is of interest.
    #[error("`{0}` did not give the expected answer")]
    Wrong(&'static str),
}

/// All scenarios.
pub const ALL: &[Scenario] = &[
    Scenario { name: "decode a request", prepare: decode_request },
    Scenario { name: "check JSON of 10 KB", prepare: check_json },
    Scenario { name: "parse JSON of 10 KB", prepare: parse_json },
    Scenario { name: "route among 100 paths", prepare: route },
    Scenario { name: "coerce and throw away", prepare: coerce },
    Scenario { name: "read a role", prepare: read },
    Scenario { name: "write a role", prepare: write },
    Scenario { name: "list 100 roles", prepare: list },
    Scenario { name: "read a document of 10 KB", prepare: read_document },
    Scenario { name: "write a document of 10 KB", prepare: write_document },
    Scenario { name: "encode a reply of 10 KB", prepare: encode_reply },
];

impl Scenario {
    /// Returns the scenario of this name.
    ///
    /// # Errors
    ///
    /// Fails if there is none.
    pub fn named(name: &str) -> Result<Self, ScenarioError> {
        let found = ALL.iter().find(|scenario| scenario.name == name);
        found.copied().ok_or_else(|| ScenarioError::Unknown(name.to_owned()))
    }

    /// Prepares the work and does it so many times.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be prepared, or does not do what it should.
    pub fn run(&self, times: u32) -> Result<(), ScenarioError> {
        let unprepared = |source| ScenarioError::Unprepared { name: self.name, source };
        let mut work = (self.prepare)().map_err(unprepared)?;
        if turns(&mut work, times) { Ok(()) } else { Err(ScenarioError::Wrong(self.name)) }
    }
}

/// What callgrind is to call [`turns`], so that it counts nothing else.
pub(crate) const TURNS: &str = concat!(module_path!(), "::turns*");

/// Runs the turns, in a function of their own. The preparation is not in it: what that takes
/// differs from process to process, by how hash tables are seeded.
#[inline(never)]
fn turns(work: &mut Work, times: u32) -> bool {
    (0..times).all(|_| work())
}

type HandlerResult = Result<Option<Response>, Error>;

fn is_done(answer: &HandlerResult) -> bool {
    matches!(black_box(answer), Ok(None))
}

fn is_answered(answer: &HandlerResult) -> bool {
    matches!(black_box(answer), Ok(Some(response)) if response.error_message().is_none())
}

fn decode_request() -> Prepared {
    let bytes = wire::request(Size::Medium);
    Ok(Box::new(move || {
        let args = pb::HandleRequestArgs::decode(black_box(bytes.clone()));
        black_box(args).is_ok_and(|args| args.request.is_some())
    }))
}

fn encode_reply() -> Prepared {
    let reply = wire::reply(Size::Medium);
    Ok(Box::new(move || !black_box(black_box(&reply).encode_to_vec()).is_empty()))
}

fn check_json() -> Prepared {
    let text = document(Size::Medium);
    Ok(Box::new(move || black_box(Data::from_text(black_box(text.clone()))).is_ok()))
}

fn parse_json() -> Prepared {
    let data = Data::from_text(document(Size::Medium))?;
    Ok(Box::new(move || {
        let fields = black_box(&data).parse::<BTreeMap<String, String>>();
        black_box(fields).is_ok_and(|fields| fields.len() == 10)
    }))
}

fn route() -> Prepared {
    let mount = Mount::new(engines::paths(100)?);
    Ok(Box::new(move || is_done(&mount.handle_now(Operation::Read, "path99/dev", &Data::none()))))
}

fn coerce() -> Prepared {
    let mount = Mount::new(engines::coercion()?);
    let role = Data::from_text(engines::ROLE_OF_TEXTS)?;
    Ok(Box::new(move || is_done(&mount.handle_now(Operation::Update, "coerced/dev", &role))))
}

fn read() -> Prepared {
    let mount = Mount::new(engines::roles()?);
    mount.handle_now(Operation::Update, "roles/dev", &Data::from_text(engines::ROLE_OF_TEXTS)?)?;
    Ok(Box::new(move || {
        is_answered(&mount.handle_now(Operation::Read, "roles/dev", &Data::none()))
    }))
}

fn write() -> Prepared {
    let mount = Mount::new(engines::roles()?);
    let role = Data::from_text(engines::ROLE_OF_TEXTS)?;
    Ok(Box::new(move || is_done(&mount.handle_now(Operation::Update, "roles/dev", &role))))
}

fn list() -> Prepared {
    let mount = Mount::new(engines::roles()?);
    let role = Data::from_text(engines::ROLE_OF_TYPES)?;
    for number in 0..100 {
        mount.handle_now(Operation::Update, &format!("roles/role-{number:03}"), &role)?;
    }
    Ok(Box::new(move || is_answered(&mount.handle_now(Operation::List, "roles/", &Data::none()))))
}

fn read_document() -> Prepared {
    let mount = Mount::new(backend_kv_mock::engine().build()?);
    mount.handle_now(Operation::Update, "test", &Data::from_text(document(Size::Medium))?)?;
    Ok(Box::new(move || is_answered(&mount.handle_now(Operation::Read, "test", &Data::none()))))
}

fn write_document() -> Prepared {
    let mount = Mount::new(backend_kv_mock::engine().build()?);
    let data = Data::from_text(document(Size::Medium))?;
    Ok(Box::new(move || is_done(&mount.handle_now(Operation::Update, "test", &data))))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_scenario_works_more_than_once() {
        for scenario in ALL {
            scenario.run(3).unwrap();
        }
        let names: BTreeSet<_> = ALL.iter().map(|scenario| scenario.name).collect();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn what_goes_wrong_is_named() {
        let unknown = Scenario::named("nothing").unwrap_err();
        assert_eq!(unknown.to_string(), "there is no scenario `nothing`");
        let wrong = Scenario { name: "wrong", prepare: || Ok(Box::new(|| false)) };
        assert!(matches!(wrong.run(1), Err(ScenarioError::Wrong("wrong"))));
        let unprepared = Scenario { name: "late", prepare: || Err("no".into()) };
        assert_eq!(unprepared.run(1).unwrap_err().to_string(), "`late` cannot be prepared: no");
    }
}
