//! Declarations that `build()` refuses, since no request, or the wrong ones, would succeed.

use std::time::Duration;

use plugin_runtime::fields::Seconds;
use plugin_runtime::framework::answer::{CanonicalPath, Created, Keys};
use plugin_runtime::framework::extract::{
    Fields, Internal, MountPoint, Page, Patch, Path, PathFault,
};
use plugin_runtime::framework::{
    Framework, FrameworkError, HandlerFault, Leased, LeasedSecret, Operations, Pattern, Revoked,
    SecretType, WalEntry, WalHandler, blocking, create, delete, list, login, patch, read, scan,
    update, write,
};
use plugin_runtime::{Auth, Backend, Data, Error, Lease, Response, Result, SpecialPaths, Storage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

async fn nothing() {}

fn unauthenticated(path: &str) -> SpecialPaths {
    let mut special = SpecialPaths::default();
    special.unauthenticated.push(path.to_owned());
    special
}

async fn exists() -> bool {
    true
}

fn secrets(pattern: &str, operations: Operations<()>) -> Framework<()> {
    Framework::secrets(()).path(pattern.to_owned(), operations)
}

fn auth(pattern: &str, operations: Operations<()>) -> Framework<()> {
    Framework::auth(()).path(pattern.to_owned(), operations)
}

#[track_caller]
fn refusal(framework: Framework<()>) -> FrameworkError {
    match framework.build() {
        Ok(_) => panic!("it is accepted"),
        Err(error) => error,
    }
}

/// Checks the fault of a handler, whose text names the parts.
#[track_caller]
fn fault(framework: Framework<()>, parts: &[&str]) -> HandlerFault {
    let error = refusal(framework);
    let text = error.to_string();
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
    match error {
        FrameworkError::Handler { fault, .. } => fault,
        other => panic!("another error: {other}"),
    }
}

#[track_caller]
fn refuses(framework: Framework<()>, parts: &[&str]) {
    let text = refusal(framework).to_string();
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct Role {
    /// The role's name.
    name: String,
    #[serde(default)]
    ttl: Seconds,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only read")]
struct Versioned {
    name: String,
    version: u32,
}

async fn read_role(_: Path<String>) -> Option<Fields<Role>> {
    None
}

async fn by_struct(_: Path<Versioned>) {}

async fn pair(_: Path<(String, u32)>) {}

#[test]
fn a_path_argument_that_no_request_fits_is_refused() {
    let with_path = ["path `role/{nmae}`", "read handler", "`by_struct`", "`name`", "`nmae`"];
    assert!(matches!(
        fault(secrets("role/{nmae}", read(by_struct)), &with_path),
        HandlerFault::Path { fault: PathFault::MissingParameter { field, .. }, .. } if field == "name"
    ));
    refuses(secrets("role/{name}", read(by_struct)), &["`version`", "#[serde(default)]"]);
    let tuple = ["`role/{name}`", "delete handler", "`pair`", "Path<(String, u32)>", "tuple of 2"];
    assert!(matches!(
        fault(secrets("role/{name}", delete(pair)), &tuple),
        HandlerFault::Path { fault: PathFault::Length { parts: 2, .. }, .. }
    ));
    refuses(secrets("a/{b}/{c}/{d}", delete(pair)), &["tuple of 2", "3 parameters, `b`, `c`, `d`"]);
    let none = ["`config`", "`read_role`", "no parameter", "`{name}`"];
    assert!(matches!(
        fault(secrets("config", read(read_role)), &none),
        HandlerFault::Path { fault: PathFault::NoParameter, .. }
    ));
    let several = ["2 parameters, `team`, `name`", "Path<(String, String)>"];
    assert!(matches!(
        fault(secrets("{team}/{name}", read(read_role)), &several),
        HandlerFault::Path { fault: PathFault::OneOfSeveral { .. }, .. }
    ));
    async fn version(_: Path<u32>) {}
    refuses(secrets("key{/version?}", read(version)), &["`version`", "Option<"]);
    refuses(secrets("key/{version*}", read(version)), &["`version`", "Option<"]);
}

#[test]
fn a_path_argument_is_checked_wherever_it_is() {
    async fn has_pair(_: Path<(String, u32)>) -> bool {
        true
    }
    async fn canonical(_: Path<(String, u32)>) -> CanonicalPath {
        CanonicalPath::default()
    }
    fn computed(_: Path<(String, u32)>) {}
    let write_pair = write(pair);
    refuses(secrets("role/{name}", write(nothing).exists(has_pair)), &["exists", "`has_pair`"]);
    refuses(secrets("role/{name}", create(has_pair, nothing)), &["exists", "`has_pair`"]);
    refuses(secrets("role/{name}", read(nothing).canonical(canonical)), &["`canonical`"]);
    refuses(secrets("role/{name}", update(blocking(computed))), &["update handler `computed`"]);
    refuses(secrets("role/{name}", write_pair), &["`role/{name}`", "`pair`"]);
    refuses(secrets("role/{name}", read(|_: Path<(u8, u8)>| async {})), &["{{closure}}"]);
    refuses(auth("login", login(|_: Path<String>| async {})), &["update handler", "`login`"]);
    let initialize = Framework::secrets(()).initialize(|_: Path<String>| async {});
    refuses(initialize, &["initialize handler", "`Path<String>`", "only requests to a path"]);
}

#[test]
fn types_that_fit_are_accepted() {
    async fn optional(_: Path<Option<u32>>) {}
    async fn all(_: Path<Vec<String>>) {}
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only read")]
    struct Shared {
        name: Option<String>,
        #[serde(default)]
        version: u32,
    }
    async fn shared(_: Path<Shared>) {}
    Framework::secrets(())
        .path("key{/version?}", read(optional))
        .path("a/{b}/{c}", read(all))
        .path("role/{name}", read(shared))
        .path("role", read(shared))
        .path("pair/{name}/{version}", read(by_struct).delete(pair))
        .build()
        .unwrap();
}

#[derive(Serialize, Deserialize)]
struct Token {
    id: String,
}

impl LeasedSecret for Token {
    const TYPE: &'static str = "token";
}

#[derive(Serialize, JsonSchema)]
struct Issued {
    id: String,
}

fn token() -> Leased<Token, Issued> {
    Leased::new(Token { id: String::new() }, Issued { id: String::new() })
}

async fn issue() -> Leased<Token, Issued> {
    token()
}

async fn revoke() -> Revoked {
    Revoked::Done
}

#[test]
fn a_lease_without_its_secret_type_is_refused_before_anything_is_issued() {
    async fn in_option() -> Option<Leased<Token, Issued>> {
        None
    }
    async fn in_result() -> Result<Leased<Token, Issued>> {
        Ok(token())
    }
    async fn in_all() -> Result<Option<Box<Leased<Token, Issued>>>> {
        Ok(None)
    }
    let parts = ["`creds`", "read handler", "`token`", ".secret(SecretType::<_, Token>::new"];
    let operations: [Operations<()>; 5] =
        [read(issue), read(in_option), read(in_result), read(in_all), read(blocking(token))];
    for operations in operations {
        let fault = fault(secrets("creds", operations), &parts);
        assert!(matches!(fault, HandlerFault::UndeclaredSecret { kind: "token", .. }));
    }
    refuses(auth("creds", update(issue)), &["update handler `issue`"]);
    let declared = |framework: Framework<()>| framework.secret(SecretType::<_, Token>::new(revoke));
    declared(secrets("creds", read(issue))).build().unwrap();
    declared(auth("creds", read(issue))).build().unwrap();
    // In both orders.
    declared(Framework::secrets(())).path("creds", write(issue)).build().unwrap();
}

#[test]
fn a_lease_that_a_server_or_its_own_handlers_refuse_is_refused() {
    #[derive(Serialize, Deserialize)]
    struct Other {
        name: String,
    }
    impl LeasedSecret for Other {
        const TYPE: &'static str = "token";
    }
    #[derive(Serialize, Deserialize)]
    struct Text(String);
    impl LeasedSecret for Text {
        const TYPE: &'static str = "text";
    }
    async fn issue_text() -> Leased<Text, Issued> {
        Leased::new(Text(String::new()), Issued { id: String::new() })
    }
    let open = "needs no token";
    let framework = |operations| secrets("creds", operations);
    let with = |framework: Framework<()>| framework.secret(SecretType::<_, Token>::new(revoke));
    refuses(with(framework(read(issue).unauthenticated())), &[open, "`creds`", "read handler"]);
    refuses(with(auth("login", login(issue))), &[open]);
    refuses(with(framework(read(issue)).special_paths(unauthenticated("creds"))), &[open]);
    refuses(with(auth("login", login(nothing)).renew_login(issue)), &["renew_login", "lease"]);
    refuses(with(auth("login", login(nothing).resolve_role(issue))), &["resolve-role", "lease"]);
    let other = framework(read(issue)).secret(SecretType::<_, Other>::new(revoke));
    refuses(other, &["`Token`", "`Other`", "`token`"]);
    let text = framework(read(issue_text)).secret(SecretType::<_, Text>::new(revoke));
    refuses(text, &["`Text`", "not a JSON object", "struct"]);
}

#[test]
fn internal_data_that_can_never_be_read_is_refused() {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Strict {
        id: String,
    }
    async fn strict(_: Internal<Strict>) {}
    async fn text(_: Internal<String>) {}
    async fn renew(_: Internal<Vec<u8>>) -> Lease {
        Lease::default()
    }
    let secret = |secret| Framework::secrets(()).secret(secret);
    let parts = ["secret type `token`", "revoke handler `strict`", "deny_unknown_fields"];
    refuses(secret(SecretType::<_, Token>::new(strict)), &parts);
    let parts = ["revoke handler `text`", "`Internal<String>`", "a string"];
    refuses(secret(SecretType::<_, Token>::new(text)), &parts);
    let renewed = secret(SecretType::<_, Token>::new(revoke).renew(renew));
    refuses(renewed, &["renew handler `renew`", "a list"]);
    async fn renew_login(_: Internal<Strict>, auth: Auth) -> Auth {
        auth
    }
    auth("login", login(nothing)).renew_login(renew_login).build().unwrap();
}

#[test]
fn a_list_that_no_request_reaches_is_refused() {
    for pattern in ["role", "role/{name}", "a{/b?}", "{name:at}"] {
        let parts = [&format!("`{pattern}`"), "list handler", &format!("`{pattern}/?`")];
        let error = refusal(secrets(pattern, list(nothing)));
        assert!(matches!(error, FrameworkError::NeverCalled { .. }), "{error}");
        for part in parts {
            assert!(error.to_string().contains(part), "{part} in {error}");
        }
    }
    refuses(secrets("role", scan(nothing)), &["scan handler", "`role/?`"]);
    for pattern in ["role/?", "role/", "role/{name}/?", "role/{path*}", "role/{path+}", ""] {
        secrets(pattern, list(nothing)).build().unwrap();
    }
    let shadowed = secrets("role/{path*}", read(nothing)).path("role/?", list(nothing));
    refuses(shadowed, &["`role/?`", "`role/{path*}`", "declare this path earlier"]);
    let by_regex = Framework::secrets(())
        .path(Pattern::regex("[a-z]+/"), read(nothing))
        .path("role/?", list(nothing));
    refuses(by_regex, &["`role/?`", "`[a-z]+/`"]);
    secrets("role", read(nothing)).path("role/?", list(nothing)).build().unwrap();
    secrets("role{/name?}", read(nothing)).path("role/?", list(nothing)).build().unwrap();
}

#[test]
fn a_write_that_no_request_reaches_is_refused() {
    for operations in [write(nothing), update(nothing), create(exists, nothing), patch(nothing)] {
        refuses(secrets("role/", operations), &["`role/`", "ends with a slash", "write `role`"]);
    }
    secrets("role/?", write(nothing)).build().unwrap();
    secrets("", write(nothing)).build().unwrap();
    secrets("role/", read(nothing).delete(nothing)).build().unwrap();
}

#[test]
fn what_is_declared_twice_is_refused() {
    let twice: [(Operations<()>, &str); 8] = [
        (read(nothing).read(nothing), "read"),
        (write(nothing).update(nothing), "update"),
        (update(nothing).write(nothing), "update"),
        (create(exists, nothing).write(nothing), "create"),
        (create(exists, nothing).exists(exists), "exists"),
        (write(nothing).exists(exists).exists(exists), "exists"),
        (list(nothing).delete(nothing).list(nothing), "list"),
        (update(nothing).patch(nothing).patch(nothing), "patch"),
    ];
    for (operations, what) in twice {
        let error = refusal(secrets("role/?", operations));
        assert!(matches!(&error, FrameworkError::Twice { what: found, .. } if *found == what));
        assert!(error.to_string().contains("`role/?`"), "{error}");
    }
    refuses(auth("login", login(nothing).update(nothing)), &["update", "login()"]);
    refuses(auth("login", login(nothing).write(nothing)), &["update", "write()"]);
    let backend = Framework::<()>::secrets(()).periodic(nothing).periodic(nothing);
    refuses(backend, &["periodic()"]);
    refuses(Framework::secrets(()).initialize(nothing).initialize(nothing), &["initialize()"]);
    async fn undo() {}
    let wal = || Framework::<()>::secrets(()).wal(WalHandler::new(nothing));
    refuses(wal().wal(WalHandler::new(undo)), &["wal()"]);
    // The same handler with other terms.
    wal().wal(WalHandler::new(nothing).min_age(Duration::ZERO)).build().unwrap();
    let renew = || SecretType::<_, Token>::new(revoke).renew(Lease::default_renewal);
    let renewed = Framework::secrets(()).secret(renew().renew(Lease::default_renewal));
    refuses(renewed, &["`token`", "renew()"]);
    let described = read(read_role).parameter("name", "One.").parameter("name", "Two.");
    refuses(secrets("role/{name}", described), &["`name`", "twice"]);
}

trait DefaultRenewal {
    fn default_renewal() -> std::future::Ready<Lease> {
        std::future::ready(Lease::default())
    }
}

impl DefaultRenewal for Lease {}

#[test]
fn special_paths_that_are_given_twice_are_all_there() {
    let root = |path: &str| {
        let mut special = SpecialPaths::default();
        special.root.push(path.to_owned());
        special
    };
    let backend = Framework::<()>::secrets(()).special_paths(root("a")).special_paths(root("b"));
    assert_eq!(backend.build().unwrap().special_paths().root, ["a", "b"]);
}

#[test]
fn parameters_in_the_syntax_of_other_routers_are_refused() {
    for (pattern, right) in
        [("role/:name", "{name}"), ("role/<name>", "{name}"), ("files/*path", "{path*}")]
    {
        refuses(secrets(pattern, read(nothing)), &[pattern, right, "literal text"]);
    }
}

#[test]
fn fields_that_are_no_object_are_refused() {
    #[derive(Deserialize, Serialize, JsonSchema)]
    enum Plain {
        One,
        Two { a: u32 },
    }
    #[derive(Deserialize, Serialize, JsonSchema)]
    #[serde(tag = "kind")]
    enum Tagged {
        One,
        Two { a: u32 },
    }
    #[derive(Deserialize, Serialize, JsonSchema)]
    struct Wrapped(Role);
    async fn number(_: Fields<u32>) {}
    async fn list_of(_: Fields<Vec<Role>>) {}
    async fn plain(_: Fields<Plain>) {}
    async fn patch_text(_: Patch<String>) {}
    let parts = ["`role`", "update handler `number`", "`Fields<u32>`", "an integer", "struct"];
    refuses(secrets("role", update(number)), &parts);
    refuses(secrets("role", read(list_of)), &["`Fields<Vec<Role>>`", "a list"]);
    refuses(secrets("role", write(plain)), &["`Fields<Plain>`", "enum without"]);
    refuses(secrets("role", patch(patch_text)), &["`Patch<String>`", "a string"]);
    async fn tagged(_: Fields<Tagged>, _: Fields<Wrapped>, _: Fields<Option<Role>>) {}
    async fn open(_: Fields<serde_json::Value>, _: Fields<()>, _: Data) {}
    secrets("role", write(tagged).read(open)).build().unwrap();

    async fn answer_number() -> Fields<u32> {
        Fields(1)
    }
    async fn answer_list() -> Result<Option<Fields<Vec<String>>>> {
        Ok(None)
    }
    async fn answer_object() -> Fields<Option<Role>> {
        Fields(None)
    }
    async fn lease_text() -> Leased<Token, String> {
        Leased::new(Token { id: String::new() }, String::new())
    }
    refuses(
        secrets("role", read(answer_number)),
        &["`answer_number`", "`u32`", "not a JSON object"],
    );
    refuses(secrets("role", write(answer_list)), &["`answer_list`", "`Vec<String>`"]);
    let lease = secrets("role", read(lease_text)).secret(SecretType::<_, Token>::new(revoke));
    refuses(lease, &["`String`", "not a JSON object"]);
    secrets("role", read(answer_object)).build().unwrap();
}

#[test]
fn arguments_are_refused_where_they_never_are() {
    async fn fields(_: Fields<Role>) {}
    async fn internal(_: Internal<Token>) {}
    async fn lease(_: Lease) {}
    async fn login_auth(_: Auth) {}
    async fn page(_: Page) {}
    async fn patched(_: Patch<Role>) {}
    async fn entry(_: WalEntry<String>) {}
    async fn mount_point(_: MountPoint) {}
    let in_path: [(Operations<()>, &str); 9] = [
        (read(internal), "`Internal<Token>`"),
        (update(lease), "`Lease`"),
        (delete(login_auth), "`Auth`"),
        (read(page), "`Page`"),
        (write(page), "`Page`"),
        (read(patched), "`Patch<Role>`"),
        (delete(patched), "`Patch<Role>`"),
        (patch(entry), "`WalEntry`"),
        (login(internal), "`Internal<Token>`"),
    ];
    for (operations, argument) in in_path {
        let fault =
            fault(auth("role/?", operations), &["`role/?`", argument, "does not exist here"]);
        assert!(matches!(fault, HandlerFault::Argument { .. }));
    }
    let backends: [(Framework<()>, &str); 8] = [
        (Framework::secrets(()).initialize(fields), "initialize handler `fields`"),
        (Framework::secrets(()).initialize(mount_point), "`MountPoint`"),
        (Framework::secrets(()).initialize(internal), "initialize handler `internal`"),
        (Framework::secrets(()).periodic(fields), "periodic handler `fields`"),
        (Framework::secrets(()).periodic(entry), "periodic handler `entry`"),
        (Framework::secrets(()).wal(WalHandler::new(fields)), "wal handler `fields`"),
        (
            Framework::secrets(()).secret(SecretType::<_, Token>::new(login_auth)),
            "revoke handler `login_auth`",
        ),
        (
            Framework::auth(()).renew_login(|_: Fields<Role>, auth: Auth| async { auth }),
            "renew_login handler",
        ),
    ];
    for (backend, part) in backends {
        refuses(backend, &[part, "does not exist here"]);
    }
}

#[test]
fn arguments_are_accepted_where_they_are() {
    async fn names(_: Page) -> Keys {
        Keys::default()
    }
    async fn change(_: Path<String>, _: Patch<Role>) {}
    async fn known(_: Path<String>, _: Fields<Role>) -> bool {
        true
    }
    async fn end(_: Internal<Token>, _: Lease, _: Fields<Role>, _: Storage, _: MountPoint) {}
    async fn prolong(_: Internal<Token>, lease: Lease) -> Lease {
        lease
    }
    async fn undo(_: WalEntry<String>, _: Data, _: Storage) {}
    async fn renew(auth: Auth, _: Internal<Token>, _: Lease) -> Result<Auth> {
        Ok(auth)
    }
    Framework::auth(())
        .path("role/?", list(names).scan(names))
        .path("role/{name}", update(change).create(known, change).patch(change).read(read_role))
        .path("login", login(nothing))
        .secret(SecretType::<_, Token>::new(end).renew(prolong))
        .renew_login(renew)
        .periodic(|_: MountPoint, _: Data| async {})
        .wal(WalHandler::new(undo))
        .build()
        .unwrap();
}

#[test]
fn a_login_that_a_server_refuses_is_refused() {
    async fn log_in() -> Result<Option<Auth>, Error> {
        Ok(None)
    }
    async fn role() -> Response {
        Response::empty()
    }
    async fn no_auth(_: Auth) {}
    async fn names() -> Keys {
        Keys::default()
    }
    refuses(secrets("login", login(nothing)), &["`login`", "login()", "Framework::auth()"]);
    let lookahead = update(nothing).unauthenticated().alias_lookahead(log_in);
    refuses(secrets("login", lookahead), &["alias_lookahead()"]);
    refuses(secrets("login", update(nothing).resolve_role(role)), &["resolve_role()"]);
    refuses(secrets("creds", read(log_in)), &["read handler `log_in`", "secrets engine"]);
    refuses(auth("login", update(log_in)), &["update handler `log_in`", "login(handler)"]);
    refuses(auth("login", delete(log_in).unauthenticated()), &["delete handler", "login(handler)"]);
    refuses(auth("login", login(log_in)).renew_login(no_auth), &["renew_login", "`Auth`"]);
    refuses(auth("login", login(log_in)).renew_login(names), &["renew_login", "`Auth`"]);
    async fn created(_: Auth) -> Created<Keys> {
        Created(Keys::default())
    }
    refuses(auth("login", login(log_in)).renew_login(created), &["renew_login", "HTTP status"]);
    refuses(auth("login", login(log_in).alias_lookahead(names)), &["alias", "`Auth`"]);
    refuses(auth("login", login(log_in).resolve_role(log_in)), &["role", "Response::role"]);
    refuses(auth("login", login(log_in).resolve_role(nothing)), &["role", "Response::role"]);

    auth("login", login(log_in).alias_lookahead(log_in).resolve_role(role))
        .path("read/login", read(log_in).unauthenticated())
        .path("sign/in", write(log_in))
        .special_paths(unauthenticated("sign*"))
        .renew_login(log_in)
        .build()
        .unwrap();
}
