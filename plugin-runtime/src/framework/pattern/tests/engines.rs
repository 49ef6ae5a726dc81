//! Paths of the forms that real secrets engines and auth methods have.

use crate::framework::pattern::{Pattern, Router};

const GENERIC: &str = r"\w(([\w-.]+)?\w)?";

/// The declared patterns, and a request path with its expected parameters. `re:` begins a regex, in
/// which `<x>` stands for a generic name.
type Case = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const CERTIFICATES: &[Case] = &[
    ("roles/?", "roles/", &[]),
    ("roles/{name}", "roles/web", &[("name", "web")]),
    ("re:root/generate/(internal|exported)", "root/generate/exported", &[]),
    ("root/sign-intermediate", "root/sign-intermediate", &[]),
    ("issue/{role}", "issue/web", &[("role", "web")]),
    ("sign-verbatim{/role?}", "sign-verbatim", &[("role", "")]),
    ("re:cert/(?P<serial>[0-9A-Fa-f-:]+)", "cert/1a:2b-3c", &[("serial", "1a:2b-3c")]),
    (r"re:ca(/pem)?", "ca/pem", &[]),
    (r"re:crl(/pem|/delta(/pem)?)?", "crl/delta/pem", &[]),
    (
        "re:issuer/<issuer_ref>(/der|/pem|/json)?",
        "issuer/default/json",
        &[("issuer_ref", "default")],
    ),
    (
        "issuer/{issuer_ref}/sign/{role}",
        "issuer/i.1/sign/r",
        &[("issuer_ref", "i.1"), ("role", "r")],
    ),
    ("config/urls", "config/urls", &[]),
    ("tidy", "tidy", &[]),
    ("ocsp", "ocsp", &[]),
    ("ocsp/{request+}", "ocsp/MFEwTz/BNMEs=", &[("request", "MFEwTz/BNMEs=")]),
];

const ENCRYPTION: &[Case] = &[
    ("keys/?", "keys", &[]),
    ("keys/{name}", "keys/k", &[("name", "k")]),
    ("keys/{name}/config", "keys/k/config", &[("name", "k")]),
    (
        "re:export/(?P<type>.+?)/<name>(/(?P<version>.+))?",
        "export/hmac-key/k/2",
        &[("type", "hmac-key"), ("name", "k"), ("version", "2")],
    ),
    ("encrypt/{name}", "encrypt/a.b", &[("name", "a.b")]),
    (
        r"re:datakey/(?P<plaintext>\w+)/<name>",
        "datakey/wrapped/k",
        &[("plaintext", "wrapped"), ("name", "k")],
    ),
    (
        r"re:random(/source(/(?P<source>\w+))?)?(/(?P<bytes>\d+))?",
        "random/source/all/32",
        &[("source", "all"), ("bytes", "32")],
    ),
    ("hash{/algorithm?}", "hash/sha2-256", &[("algorithm", "sha2-256")]),
    ("sign/{name}{/algorithm?}", "sign/k", &[("name", "k"), ("algorithm", "")]),
    ("restore{/name?}", "restore/k", &[("name", "k")]),
];

const KEY_VALUE: &[Case] = &[
    ("config", "config", &[]),
    ("data/{path*}", "data/a/b", &[("path", "a/b")]),
    ("metadata/{path*}", "metadata/", &[("path", "")]),
    ("re:destroy/(?P<path>.*)", "destroy/x y", &[("path", "x y")]),
    ("re:.*", "anything/else", &[]),
];

const DATABASES: &[Case] = &[
    ("config/?", "config/", &[]),
    ("config/{name}", "config/pg", &[("name", "pg")]),
    ("static-roles/?", "static-roles", &[]),
    ("static-roles/{name}", "static-roles/x", &[("name", "x")]),
    ("creds/{name}", "creds/readonly", &[("name", "readonly")]),
    ("rotate-root/{name}", "rotate-root/pg", &[("name", "pg")]),
];

const SHELLS: &[Case] = &[
    ("roles/?", "roles/", &[]),
    ("roles/{role:at}", "roles/me@host", &[("role", "me@host")]),
    ("sign/{role:at}", "sign/x", &[("role", "x")]),
    ("verify", "verify", &[]),
    ("public_key", "public_key", &[]),
];

const APPLICATIONS: &[Case] = &[
    ("role/?", "role/", &[]),
    ("role/{role_name}", "role/ci", &[("role_name", "ci")]),
    ("role/{role_name}/policies", "role/ci/policies", &[("role_name", "ci")]),
    ("role/{role_name}/secret-id/?", "role/ci/secret-id/", &[("role_name", "ci")]),
    ("role/{role_name}/secret-id/lookup/?", "role/ci/secret-id/lookup", &[("role_name", "ci")]),
    ("login", "login", &[]),
    (r"re:tidy/secret-id$", "tidy/secret-id", &[]),
];

const USERS: &[Case] = &[
    ("users/?", "users/", &[]),
    ("re:users/<username>/password$", "users/ann/password", &[("username", "ann")]),
    ("users/{username}/policies", "users/ann/policies", &[("username", "ann")]),
    ("users/{username:at}", "users/ann@x", &[("username", "ann@x")]),
    ("re:login/(?P<username>.+)", "login/ann@corp/x", &[("username", "ann@corp/x")]),
];

const ALL: &[&[Case]] =
    &[CERTIFICATES, ENCRYPTION, KEY_VALUE, DATABASES, SHELLS, APPLICATIONS, USERS];

fn pattern(text: &str) -> Pattern {
    let Some(regex) = text.strip_prefix("re:") else { return text.into() };
    let mut regex = regex.to_owned();
    for name in ["name", "issuer_ref", "username"] {
        regex = regex.replace(&format!("/<{name}>"), &format!("/(?P<{name}>{GENERIC})"));
    }
    Pattern::regex(regex)
}

#[test]
fn every_engine_is_accepted_and_routes_its_paths_to_their_patterns() {
    for cases in ALL {
        let router = Router::new(cases.iter().map(|case| pattern(case.0))).expect("an engine");
        for (index, (declared, path, captures)) in cases.iter().enumerate() {
            let found = router.route(path).unwrap_or_else(|| panic!("{path} is {declared}"));
            assert_eq!(found.index(), index, "{path} is {declared}");
            assert_eq!(found.captures().collect::<Vec<_>>(), *captures, "{path}");
        }
        assert_eq!(router.patterns().len(), cases.len());
    }
}

#[test]
fn only_a_catch_all_without_a_name_has_no_openapi_path() {
    let without: Vec<_> = ALL
        .iter()
        .flat_map(|cases| cases.iter())
        .filter(|case| pattern(case.0).expand().is_none())
        .map(|case| case.0)
        .collect();
    assert_eq!(without, ["re:.*"]);
}
