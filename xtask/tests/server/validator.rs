//! An OpenAPI validator that shares no code with this workspace: `openapi-spec-validator`, in
//! Python.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow, bail};
use cargo_vault_plugin::command;
use serde_json::Value;
use xtask::workspace::Workspace;

/// The validator and all it needs, each with its hash.
const REQUIREMENTS: &str = include_str!("openapi-requirements.txt");

/// Fails with the validator's words, all of them, when a document is not valid OpenAPI 3.0.
pub(crate) fn validate(documents: &[(&str, &Value)]) -> Result<()> {
    let folder = tempfile::tempdir().context("creating a folder for the documents")?;
    let mut arguments = vec!["-m".into(), "openapi_spec_validator".into()];
    arguments.extend(["--schema", "3.0", "--validation-errors", "all"].map(Into::into));
    for (name, document) in documents {
        let path = folder.path().join(format!("{}.json", name.replace('/', "-")));
        fs::write(&path, serde_json::to_vec(document)?).context("writing a document")?;
        arguments.push(path.into_os_string());
    }
    run("validating OpenAPI documents", python()?, &arguments)
}

/// The Python of an environment that has the validator. Made once, and again when the requirements
/// change.
fn python() -> Result<&'static Path> {
    static PYTHON: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let made = PYTHON.get_or_init(|| install().map_err(|error| format!("{error:#}")));
    made.as_deref().map_err(|error| anyhow!("{error}"))
}

fn install() -> Result<PathBuf> {
    let environment = Workspace::load()?.target_directory.join("openapi-validator");
    let python = environment.join("bin").join("python");
    // Written last, so that what was interrupted is made again.
    let installed = environment.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|text| text == REQUIREMENTS) {
        return Ok(python);
    }
    let advice = "the OpenAPI validator needs Python 3.10 or newer with the module venv, and PyPI \
                  or a mirror that pip is configured for";
    let create = ["-m".as_ref(), "venv".as_ref(), "--clear".as_ref(), environment.as_os_str()];
    run("creating a Python environment", Path::new("python3"), &create).context(advice)?;
    let requirements = environment.join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS).context("writing the requirements")?;
    let mut install: Vec<&OsStr> =
        ["-m", "pip", "install", "--quiet", "--require-hashes", "-r"].map(OsStr::new).into();
    install.push(requirements.as_os_str());
    run("installing the OpenAPI validator", &python, &install).context(advice)?;
    fs::rename(&requirements, &installed).context("noting what is installed")?;
    Ok(python)
}

fn run(label: &str, program: &Path, arguments: &[impl AsRef<OsStr>]) -> Result<()> {
    let finished = command::run(label, Command::new(program).args(arguments))?;
    if !finished.status.success() {
        bail!("{label} failed:\n{}", finished.output);
    }
    Ok(())
}
