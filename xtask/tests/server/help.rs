//! `path-help`: of each mount, and of a path of each.

use anyhow::{Context, Result};
use cargo_vault_plugin::server::ServerBinary;
use plugin_host::BlockingClient;

use crate::backends::Backends;
use crate::on_every_server;

on_every_server!(a_mounts_help_has_its_paths_and_a_paths_help_its_parameters);

/// A pattern's parameter that is one part of the path.
const NAME: &str = r"\w(([\w-.]+)?\w)?";

struct Case {
    mount: &'static str,
    /// What the whole is.
    description: &'static str,
    path: &'static str,
    /// The path's route, with `NAME` for the parameter's own pattern.
    route: &'static str,
    synopsis: &'static str,
    /// A line of the path's parameters, and its text.
    parameter: (&'static str, &'static str),
}

const GO_MOCK: Case = Case {
    mount: "go_mock",
    description: "<no description>",
    path: "kv/a",
    route: "^kv/(?P<key>NAME)$",
    synopsis: "<no synopsis>",
    parameter: ("version (int64)", "<no description>"),
};

const CASES: [Case; 5] = [
    Case {
        mount: "kv",
        description: "A key-value store in the server's encrypted storage.",
        path: "folder/a",
        route: "^(?P<path>.*)$",
        synopsis: "Stores documents of any fields.",
        parameter: ("path (string)", "<no description>"),
    },
    Case {
        mount: "auth/users",
        description: "Users who log in with a name and a password.",
        path: "user/bob",
        route: "^user/(?P<name>NAME)$",
        synopsis: "Make, change and delete a user.",
        parameter: ("password (string)", "The password."),
    },
    GO_MOCK,
    Case { mount: "auth/go_mock", ..GO_MOCK },
    Case {
        mount: "leased",
        description: "Tokens of the token service, with leases.",
        path: "role/dev",
        route: "^role/(?P<name>NAME)$",
        synopsis: "<no synopsis>",
        parameter: ("user (string)", "The user that the tokens represent."),
    },
];

fn a_mounts_help_has_its_paths_and_a_paths_help_its_parameters(
    binary: &ServerBinary,
) -> Result<()> {
    let backends = Backends::start(binary)?;
    let api = backends.api();
    for Case { mount, description, path, route, synopsis, parameter } in CASES {
        let route = route.replace("NAME", NAME);
        let root = help(&api, &format!("{mount}/"))?;
        let expected = [
            format!("## DESCRIPTION\n\n{description}\n"),
            format!("    {route}\n        {synopsis}"),
        ];
        let (name, text) = parameter;
        let of_path = help(&api, &format!("{mount}/{path}"))?;
        let expected_of_path = [
            format!("Request:        {path}\nMatching Route: {route}\n\n{synopsis}\n"),
            format!("    {name}\n\n        {text}\n"),
        ];
        for (help, expected) in [(root, expected), (of_path, expected_of_path)] {
            for expected in expected {
                assert!(help.contains(&expected), "{mount}: no {expected:?} in:\n{help}");
            }
        }
    }
    Ok(())
}

fn help(api: &BlockingClient, path: &str) -> Result<String> {
    let answer = api.help(path).success()?;
    Ok(answer.data["help"].as_str().context("no help")?.to_owned())
}
