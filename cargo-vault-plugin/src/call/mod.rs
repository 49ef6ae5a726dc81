//! The subcommand `call`: one request to a plugin, without a server.

mod storage;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use plugin_host::{Checksum, Enable, Host, HostError, Launch, MountInfo, PluginType, Registration};
use plugin_runtime::handshake::PROTOCOL_VERSION;
use serde_json::Value;

use crate::embedded::{Format, answered, fields};
use crate::executable::Executable;
use crate::runtime;
use crate::server::Output;
use crate::terminal::{note, say};

/// The options of the subcommand `call`.
#[derive(Args, Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The plugin.
    #[command(flatten)]
    pub plugin: Executable,
    /// The operation.
    pub verb: Verb,
    /// The path, which starts with the path of the mount, as in `secret/role/dev`.
    pub path: String,
    /// The fields, as NAME=VALUE.
    pub data: Vec<String>,
    /// The format of the answer: `table` or `json`.
    #[arg(long, default_value = "table")]
    pub format: Format,
    /// A file that keeps the plugin's storage from one call to the next. It contains secrets.
    #[arg(long, value_name = "FILE")]
    pub storage: Option<PathBuf>,
}

/// The operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
#[non_exhaustive]
pub enum Verb {
    Read,
    Write,
    Patch,
    Delete,
    List,
    Help,
}

impl Options {
    /// Returns a request with only an executable, an operation and a path.
    pub fn of(binary: impl Into<PathBuf>, verb: Verb, path: impl Into<String>) -> Self {
        Self {
            plugin: Executable::of(binary),
            verb,
            path: path.into(),
            data: Vec::new(),
            format: Format::Table,
            storage: None,
        }
    }

    /// Returns the same with a field.
    #[must_use]
    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.data.push(format!("{name}={value}"));
        self
    }
}

/// Runs the subcommand: prints the answer. The exit code is that of `bao`: 0, or 2 for an answer
/// that is an error.
///
/// # Errors
/// Fails if the plugin cannot be started or mounted, or the fields cannot be read.
pub fn run(options: &Options) -> Result<ExitCode> {
    let output = call(options)?;
    for (text, print) in [(&output.stdout, say as fn(&str)), (&output.stderr, note)] {
        if !text.trim().is_empty() {
            print(text.trim_end());
        }
    }
    Ok(match output.code {
        Some(0) => ExitCode::SUCCESS,
        Some(code) => ExitCode::from(u8::try_from(code).unwrap_or(1)),
        None => ExitCode::FAILURE,
    })
}

/// Sends the request and returns what is to be printed.
///
/// # Errors
/// As [`run`].
pub fn call(options: &Options) -> Result<Output> {
    let data = fields(&options.data).map_err(anyhow::Error::msg)?;
    let binary = fs::canonicalize(&options.plugin.binary)
        .with_context(|| format!("there is no plugin at {}", options.plugin.binary.display()))?;
    runtime::block_on(async {
        let host = host(&binary, options)?;
        let output = request(&host, &binary, options, Value::Object(data)).await;
        host.seal().await;
        output
    })?
}

fn host(binary: &Path, options: &Options) -> Result<Host> {
    let folder = binary.parent().context("the plugin is in no folder")?;
    let args = options.plugin.args.clone();
    let launch = move |path: &Path| args.iter().fold(Launch::new(path), Launch::arg);
    Ok(Host::builder().plugin_directory(folder).shares_clock(false).launch(launch).build())
}

async fn request(host: &Host, binary: &Path, options: &Options, data: Value) -> Result<Output> {
    let given = options.path.trim_matches('/');
    let (known_auth, rest) = match given.strip_prefix("auth/") {
        Some(rest) => (true, rest),
        None => (false, given),
    };
    let (mount, _) = rest.split_once('/').unwrap_or((rest, ""));
    if mount.is_empty() {
        bail!("the path must start with the path of a mount, as in secret/{given}");
    }
    let secrets = match known_auth {
        true => None,
        false => enable(host, binary, PluginType::Secret, mount).await?,
    };
    let auth = secrets.is_none();
    let mounted = match secrets {
        Some(mounted) => mounted,
        None => enable(host, binary, PluginType::Auth, mount).await?.with_context(|| {
            format!(
                "{} is not an auth method, but the path starts with auth/{mount}",
                binary.display()
            )
        })?,
    };
    let prefix = if auth { "auth/" } else { "" };
    let at = format!("{prefix}{mount}");
    if let Some(file) = &options.storage {
        storage::load(file, &host.storage(&at)?).await?;
        // What is kept was there before the plugin was.
        host.reload(&at).await?;
    }
    // A slash at its end is a part of the path of a list.
    let slash = if options.path.ends_with('/') { "/" } else { "" };
    let path = format!("{prefix}{rest}{slash}");
    let (verb, answer) = match options.verb {
        Verb::Read => ("read", host.read(&path).await),
        Verb::Write => ("write", host.write(&path, data).await),
        Verb::Patch => ("patch", host.patch(&path, data).await),
        Verb::Delete => ("delete", host.delete(&path).await),
        Verb::List => ("list", host.list(&path).await),
        Verb::Help => ("path-help", host.help(&path).await),
    };
    if let Some(file) = &options.storage {
        storage::save(file, &host.storage(&at)?).await?;
    }
    let mut output = answered(verb, &path, &answer, options.format);
    for text in [old(&mounted), death(host, &at)?].into_iter().flatten() {
        output.stderr = format!("{}\n{text}", output.stderr.trim_end()).trim_start().to_owned();
    }
    Ok(output)
}

/// Returns a word about a plugin that servers start through their fallback.
fn old(mounted: &MountInfo) -> Option<String> {
    let version = mounted.protocol_version.filter(|version| *version < PROTOCOL_VERSION)?;
    Some(format!(
        "warning: the plugin speaks protocol version {version} only; servers start it through their \
         fallback"
    ))
}

/// Returns why the plugin's process is gone, if it is.
fn death(host: &Host, mount: &str) -> Result<Option<String>> {
    let process = host.process(mount)?;
    Ok(process.and_then(|process| {
        let exited = process.exited_by_now()?;
        let words = process.log().last_words().map(|words| format!(": {words}"));
        Some(format!("the plugin's process ended ({exited}){}", words.unwrap_or_default()))
    }))
}

/// Mounts it as one of this kind; `None` when it is one of the other.
async fn enable(
    host: &Host,
    binary: &Path,
    kind: PluginType,
    mount: &str,
) -> Result<Option<MountInfo>> {
    let name = binary.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let sum = Checksum::of_file(binary)?;
    host.register(Registration::new(kind, &name, sum)).await?;
    let enable = match kind {
        PluginType::Auth => Enable::auth(&name),
        _ => Enable::secrets(&name),
    };
    match host.enable(enable.at(mount)).await {
        Ok(mounted) => Ok(Some(mounted)),
        Err(HostError::WrongType { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
