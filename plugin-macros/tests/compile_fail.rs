//! What the compiler says to an author whose function is not a handler: each text has to name what is wrong
//! and what to write.
//!
//! The texts are those of the compiler that `rust-toolchain` and CI use, the workspace's
//! `rust-version`. After a change that is meant, or for a newer compiler, update them with
//!
//! ```console
//! $ TRYBUILD=overwrite cargo test -p vault-plugin-macros --test compile_fail
//! ```
//!
//! and read what has changed: `git diff plugin-macros/tests/compile_fail`.

use std::fs;
use std::path::Path;

/// What each text has to say, beside being the one on file.
const SAID: &[(&str, &[&str])] = &[
    ("a_handler_that_is_not_async", &["`async fn`", "blocking"]),
    (
        "answer_of_a_wrong_type",
        &["String` cannot be answered", "Fields<T>", "plugin_runtime::Error"],
    ),
    ("answer_without_a_schema", &["JsonSchema"]),
    ("argument_of_a_wrong_type", &["is not a handler", "debug_handler", "Path<T>"]),
    ("borrowed_argument", &["is not a handler", "owned"]),
    // The compiler says that of lifetimes, and lets no one add to it: see `debug_borrowed`.
    ("borrowed_part_of_the_path", &["`&str` must implement", "Deserialize"]),
    ("create_without_exists", &["argument #2", "create(exists, write_role)", "existence check"]),
    ("error_of_another_crate", &["std::io::Error", "map_err", "plugin_runtime::Error"]),
    ("fields_without_a_schema", &["is not a handler", "JsonSchema", "debug_handler"]),
    ("nine_arguments", &["is not a handler", "eight"]),
    ("not_send", &["is not a handler", "Send", "Rc"]),
    ("question_mark_on_another_error", &["From<std::io::Error>", "plugin_runtime::Error"]),
    ("state_of_a_wrong_type", &["Engine", "Other"]),
    ("debug_answer", &["String` cannot be answered", "Fields<T>", "map_err", "std::io::Error"]),
    ("debug_arguments", &["String` cannot be an argument", "`u32`", "JsonSchema", "State<Other>"]),
    ("debug_borrowed", &["write `Storage` instead of `&Storage`", "write `Path<String>` instead"]),
    ("debug_nine_arguments", &["at most eight arguments", "Fields<T>"]),
    ("debug_not_async", &["write `async fn`", "blocking"]),
    ("debug_not_send", &["cannot be sent between threads safely", "Rc", "MutexGuard", "await"]),
    ("debug_options", &["state = T", "IntoExists"]),
    ("debug_others", &["generic function", "`State<S>`", "types with a name", "one state"]),
    ("debug_outputs", &["does not say whether something exists", "not a renewed lease"]),
];

#[test]
fn mistakes_are_explained() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compile_fail");
    let tests = trybuild::TestCases::new();
    tests.compile_fail("tests/compile_fail/*.rs");
    drop(tests);
    let cases = fs::read_dir(&folder).expect("the folder of cases");
    let mut cases: Vec<_> = cases
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    cases.sort();
    let mut named: Vec<_> =
        SAID.iter().map(|(case, _)| folder.join(case).with_extension("rs")).collect();
    named.sort();
    assert_eq!(cases, named, "each case says here what its text has to say");
    for (case, said) in SAID {
        let path = folder.join(case).with_extension("stderr");
        let text = fs::read_to_string(&path).expect("the text of a case");
        for part in *said {
            assert!(text.contains(part), "{case}: {part:?} is not in\n{text}");
        }
    }
}

#[test]
fn handlers_pass() {
    use plugin_runtime::framework::extract::{Fields, Path, State};
    use plugin_runtime::framework::{Framework, blocking, create, debug_handler};
    use plugin_runtime::{Error, Lease, Result, Storage};
    use std::future::{Future, Ready, ready};

    struct Engine;

    #[derive(serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
    struct Role {
        /// How many may use it at once.
        seats: u32,
    }

    #[debug_handler]
    async fn read_role(
        Path(name): Path<String>,
        State(engine): State<Engine>,
        storage: Storage,
    ) -> Result<Option<Fields<Role>>, Error> {
        drop(engine);
        Ok(storage.get(&name).await?.map(Fields))
    }

    #[debug_handler(state = Engine)]
    async fn write_role(
        Path(name): Path<String>,
        role: Fields<Role>,
        storage: Storage,
    ) -> Result<()> {
        Ok(storage.put(name, &role.0).await?)
    }

    #[debug_handler(output = IntoExists)]
    async fn exists(Path(name): Path<String>, storage: Storage) -> Result<bool> {
        Ok(storage.entry(&name).await?.is_some())
    }

    #[debug_handler(blocking)]
    fn delete_role(_: Path<String>) {}

    #[debug_handler]
    #[expect(clippy::manual_async_fn, reason = "that is what it tests")]
    fn later() -> impl Future<Output = ()> + Send {
        async {}
    }

    #[debug_handler]
    fn ready_at_once() -> Ready<()> {
        ready(())
    }

    #[debug_handler(output = plugin_runtime::framework::IntoRenewed)]
    async fn renew(lease: Lease) -> Lease {
        lease
    }

    let secret = plugin_runtime::framework::SecretType::<_, Token>::new(ready_at_once).renew(renew);
    Framework::secrets(Engine)
        .path(
            "role/{name}",
            create(exists, write_role).read(read_role).delete(blocking(delete_role)),
        )
        .path("later", plugin_runtime::framework::read(later))
        .secret(secret)
        .build()
        .expect("a declaration without faults");
}

#[derive(serde::Deserialize, serde::Serialize)]
struct Token {}

impl plugin_runtime::framework::LeasedSecret for Token {
    const TYPE: &'static str = "token";
}
