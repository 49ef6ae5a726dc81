//! The commands, with the words and exit codes of `bao`.

use plugin_host::{Answer, Enable, Host, HostError, PluginType, Registration};
use serde_json::Value;

use super::arguments::{Words, fields};
use super::table::{self, Format};
use crate::server::Output;

/// The exit code of a mistake in the command.
const MISTAKE: i32 = 1;

/// The exit code of an answer that is an error.
const REFUSED: i32 = 2;

/// Runs one command, for example `secrets enable mock`.
pub(super) async fn run(host: &Host, arguments: &[String]) -> Output {
    let mut words = arguments.iter().map(String::as_str);
    let rest = |skipped: usize| Words::of(arguments.get(skipped..).unwrap_or_default());
    match (words.next().unwrap_or_default(), words.next().unwrap_or_default()) {
        ("plugin", "register") => register(host, &rest(2)).await,
        ("secrets", "enable") => enable(host, PluginType::Secret, &rest(2)).await,
        ("auth", "enable") => enable(host, PluginType::Auth, &rest(2)).await,
        ("secrets", "disable") => disable(host, PluginType::Secret, &rest(2)).await,
        ("auth", "disable") => disable(host, PluginType::Auth, &rest(2)).await,
        ("secrets", "list") => mounts(host, PluginType::Secret),
        ("auth", "list") => mounts(host, PluginType::Auth),
        ("read" | "write" | "patch" | "delete" | "list" | "path-help", _) => {
            request(host, arguments.first().map_or("", String::as_str), &rest(1)).await
        }
        (other, _) => failed(MISTAKE, format!("the embedded host has no command {other:?}")),
    }
}

/// Makes one request, as `read`, `write`, `patch`, `delete`, `list` or `path-help` do, with the
/// answer as `bao` prints it.
async fn request(host: &Host, verb: &str, words: &Words) -> Output {
    let format = match words.flag("format").map_or(Ok(Format::Table), str::parse) {
        Ok(format) => format,
        Err(error) => return failed(MISTAKE, error),
    };
    let Some((path, data)) = words.rest.split_first() else {
        return failed(MISTAKE, "Not enough arguments (expected 1, got 0)".to_owned());
    };
    let data = match fields(data) {
        Ok(data) => Value::Object(data),
        Err(error) => return failed(MISTAKE, error),
    };
    let path = path.trim_start_matches('/');
    let answer = match verb {
        "read" => host.read(path).await,
        "write" => host.write(path, data).await,
        "patch" => host.patch(path, data).await,
        "delete" => host.delete(path).await,
        "list" => host.list(path).await,
        _ => host.help(path).await,
    };
    answered(verb, path, &answer, format)
}

/// Returns what `bao` prints of the answer to a `read`, `write`, `patch`, `delete`, `list` or `path-help`.
#[must_use]
pub(crate) fn answered(verb: &str, path: &str, answer: &Answer, format: Format) -> Output {
    let doing = match verb {
        "read" => "reading",
        "write" => "writing data to",
        "patch" => "patching data at",
        "delete" => "deleting",
        "list" => "listing",
        _ => "retrieving help for",
    };
    if answer.status == 404 && answer.errors.is_empty() {
        return failed(REFUSED, format!("No value found at {path}"));
    }
    if !answer.is_success() {
        let errors: Vec<String> = answer.errors.iter().map(|text| format!("* {text}")).collect();
        let (status, errors) = (answer.status, errors.join("\n"));
        let text = format!(
            "Error {doing} {path}: Error making API request.\n\nCode: {status}. Errors:\n\n{errors}"
        );
        return failed(REFUSED, text);
    }
    let stdout = match (verb, format) {
        ("path-help", Format::Table) => answer.field("/help").as_str().unwrap_or_default().into(),
        ("list", Format::Json) => table::pretty(answer.field("/keys")),
        (_, Format::Json) => table::json(answer),
        ("list", Format::Table) => table::keys(answer),
        ("write" | "patch", Format::Table) if answer.status == 204 => {
            format!("Success! Data written to: {path}")
        }
        ("delete", Format::Table) if answer.status == 204 => {
            format!("Success! Data deleted (if it existed) at: {path}")
        }
        (_, Format::Table) => table::answer(answer),
    };
    let warnings: Vec<String> =
        answer.warnings.iter().map(|text| format!("  * {text}\n")).collect();
    let stderr = match warnings.is_empty() {
        true => String::new(),
        false => format!("WARNING! The following warnings were returned:\n\n{}", warnings.concat()),
    };
    Output::new(0, format!("{stdout}\n"), stderr)
}

async fn register(host: &Host, words: &Words) -> Output {
    let [kind, name] = words.rest.as_slice() else {
        return failed(MISTAKE, "plugin register takes a type and a name".to_owned());
    };
    let kind = match kind.as_str() {
        "secret" => PluginType::Secret,
        "auth" => PluginType::Auth,
        other => return failed(MISTAKE, format!("{other:?} is not a type of plugins")),
    };
    let Some(Ok(sum)) = words.flag("sha256").map(str::parse) else {
        return failed(MISTAKE, "-sha256 is missing, or no SHA-256".to_owned());
    };
    let mut plugin = Registration::new(kind, name, sum);
    if let Some(command) = words.flag("command") {
        plugin = plugin.with_command(command);
    }
    if let Some(version) = words.flag("version") {
        plugin = plugin.with_version(version);
    }
    let found = host.register(plugin).await;
    outcome(found, "registering plugin", || format!("Success! Registered plugin: {name}"))
}

async fn enable(host: &Host, kind: PluginType, words: &Words) -> Output {
    let [plugin] = words.rest.as_slice() else {
        return failed(MISTAKE, "enable takes the name of a plugin".to_owned());
    };
    let path = words.flag("path").unwrap_or(plugin).trim_matches('/');
    let enable = match kind {
        PluginType::Auth => Enable::auth(plugin),
        _ => Enable::secrets(plugin),
    };
    let found = host.enable(enable.at(path)).await;
    outcome(found, "enabling", || match kind {
        PluginType::Auth => format!("Success! Enabled {plugin} auth method at: {path}/"),
        _ => format!("Success! Enabled the {plugin} secrets engine at: {path}/"),
    })
}

async fn disable(host: &Host, kind: PluginType, words: &Words) -> Output {
    let [path] = words.rest.as_slice() else {
        return failed(MISTAKE, "disable takes a path".to_owned());
    };
    let path = path.trim_matches('/');
    let (full, what) = match kind {
        PluginType::Auth => (format!("auth/{path}"), "auth method"),
        _ => (path.to_owned(), "secrets engine"),
    };
    // What is not there is success, as from a server.
    let found = match host.disable(&full).await {
        Err(HostError::Path(_)) => Ok(()),
        found => found,
    };
    outcome(found, "disabling", || {
        format!("Success! Disabled the {what} (if it existed) at: {path}/")
    })
}

fn mounts(host: &Host, kind: PluginType) -> Output {
    let mounts = host.mounts();
    let rows = mounts.iter().filter(|mount| mount.kind == kind).map(|mount| {
        let path = mount.path.strip_prefix("auth/").unwrap_or(&mount.path);
        let description = match mount.description.as_str() {
            "" => "n/a",
            text => text,
        };
        [path, mount.plugin.as_str(), mount.accessor.as_str(), description]
            .map(str::to_owned)
            .into()
    });
    let stdout = table::columns(&["Path", "Type", "Accessor", "Description"], rows.collect());
    Output::new(0, format!("{stdout}\n"), "")
}

fn outcome<T>(found: Result<T, HostError>, doing: &str, done: impl FnOnce() -> String) -> Output {
    match found {
        Ok(_) => Output::new(0, format!("{}\n", done()), ""),
        Err(error) => failed(REFUSED, format!("Error {doing}: {error}")),
    }
}

fn failed(code: i32, text: String) -> Output {
    Output::new(code, "", format!("{text}\n"))
}
