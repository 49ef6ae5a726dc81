//! The sample: all kinds of patterns, operations and fields.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fields::{
    AnyList, AnyMap, CommaList, FieldDisplay, HeaderFields, LowerCase, Name, Seconds, Sensitive,
    Time,
};
use crate::framework::answer::{Keys, KeysWithInfo};
use crate::framework::extract::{Fields, Page, Path};
use crate::framework::{
    Framework, PathDisplay, Pattern, create, delete, list, login, read, scan, update, write,
};
use crate::{Auth, Error, Response, SpecialPaths};

/// Who may do what.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(example = example_role())]
pub(super) struct Role {
    /// The role's name.
    name: String,
    /// What unlocks it.
    #[schemars(transform = FieldDisplay::new().name("Word").group("Access"))]
    password: Sensitive<String>,
    /// How long it holds.
    #[serde(default = "hour")]
    ttl: Seconds,
    /// How long to wait.
    #[serde(default)]
    wait: Duration,
    /// Not before this.
    #[serde(default = "epoch")]
    since: SystemTime,
    /// Not after this.
    until: Option<Time>,
    /// In one word.
    #[serde(default)]
    #[schemars(example = &"short")]
    label: LowerCase,
    nick: Option<Name>,
    /// How many.
    #[deprecated]
    #[serde(default)]
    seats: u32,
    #[schemars(range(min = 1, max = 9))]
    level: Option<u64>,
    #[serde(default)]
    share: f64,
    #[serde(default)]
    active: bool,
    /// How strict it is.
    #[serde(default)]
    mode: Mode,
    fallback: Option<Mode>,
    #[serde(default)]
    policies: CommaList<String>,
    #[serde(default)]
    ports: CommaList<u16>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    by_number: BTreeMap<u16, Rule>,
    #[serde(default)]
    headers: HeaderFields,
    #[serde(default)]
    options: AnyMap,
    #[serde(default)]
    rest: AnyList,
    #[serde(default)]
    rules: Vec<Rule>,
    pair: Option<(u8, String)>,
    anything: Option<Value>,
    target: Option<Target>,
    /// What is below it.
    below: Option<Box<Tree>>,
}

fn hour() -> Seconds {
    Seconds::new(3600)
}

fn epoch() -> SystemTime {
    SystemTime::UNIX_EPOCH
}

fn example_role() -> Value {
    serde_json::json!({ "name": "dev", "ttl": "1h" })
}

#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Mode {
    /// Looks away.
    #[default]
    Lax,
    /// Looks closely.
    Strict,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Rule {
    /// Greater than nothing.
    #[schemars(extend("exclusiveMinimum" = 0))]
    weight: i32,
    wait: Option<u8>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Target {
    Host { address: String },
    Group { members: Vec<String> },
    Nobody,
}

/// Something that contains the like of itself.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(super) struct Tree {
    text: String,
    #[serde(default)]
    branches: Vec<Tree>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Version {
    /// Which one; the last one if none is given.
    #[serde(default)]
    version: u32,
}

async fn read_role(
    Path(_): Path<String>,
    _: Fields<Version>,
) -> Result<Option<Fields<Role>>, Error> {
    Ok(None)
}

async fn write_role(_: Fields<Role>) -> Result<(), Error> {
    Ok(())
}

async fn write_tree(Fields(tree): Fields<Tree>) -> Fields<Tree> {
    Fields(tree)
}

async fn anything(_: Fields<BTreeMap<String, Value>>) {}

async fn nothing() {}

async fn exists() -> bool {
    true
}

async fn names(_: Page) -> Keys {
    Keys::default()
}

async fn versions() -> KeysWithInfo<Version> {
    KeysWithInfo(Vec::new())
}

async fn log_in(_: Fields<Version>) -> Result<Auth, Error> {
    Ok(Auth::default())
}

async fn respond() -> Response {
    Response::empty()
}

pub(super) fn sample() -> Framework<()> {
    let special = SpecialPaths { root: vec!["config*".to_owned()], ..SpecialPaths::default() };
    Framework::auth(())
        .description("\n  Everything\n  there is.\n")
        .special_paths(special)
        .path(
            "role/?",
            list(names)
                .synopsis("All roles.")
                .display(PathDisplay::new().item_type("Role").action("List").navigation()),
        )
        .path(
            "role/{name}",
            read(read_role)
                .write(write_role)
                .patch(write_role)
                .delete(nothing)
                .synopsis("Reads and writes a role.")
                .description("A role says who.\n\nAnd what.\n")
                .parameter("name", "Which role."),
        )
        .path("tree/{name:at}", write(write_tree).read(respond))
        .path("config", update(anything).read(respond).sudo())
        .path("login{/name?}", login(log_in).operation_suffix("anyone|one"))
        .path("both/{path*}", read(read_role).list(names).scan(names))
        .path("lists/?", list(versions).scan(versions))
        .path("scan/?", scan(versions))
        .path("new/{id}", create(exists, write_role).deprecated().operation_prefix("Other"))
        .path("gone", delete(respond))
        .path(Pattern::regex("x[0-9]{2}"), read(nothing).synopsis("By number."))
        .path(Pattern::regex("(a|b)/c"), read(nothing))
        .path("", read(nothing))
}
