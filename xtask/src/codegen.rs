//! `cargo xtask codegen`: turns `plugin-proto/proto` into `plugin-proto/src/generated`.
//!
//! The generated code is checked in, so that who builds a plugin needs neither this tool nor the
//! crates it uses. A test compares the two, see `tests/generated_code_is_fresh.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use prost_build::Module;

/// Messages that may carry secrets. Their `Debug` is written by hand in
/// `plugin-proto/src/redact/mod.rs`.
const REDACTED: &[&str] = &[
    ".dbplugin.v5.ChangePassword",
    ".dbplugin.v5.ChangePublicKey",
    ".dbplugin.v5.InitializeRequest",
    ".dbplugin.v5.InitializeResponse",
    ".dbplugin.v5.NewUserRequest",
    ".dbplugin.v5.Statements",
    ".pb.Auth",
    ".pb.GenerateIdentityTokenResponse",
    ".pb.GeneratePasswordFromPolicyReply",
    ".pb.Header",
    ".pb.Request",
    ".pb.Response",
    ".pb.ResponseWrapDataArgs",
    ".pb.ResponseWrapInfo",
    ".pb.Secret",
    ".pb.SetupArgs",
    ".pb.StorageEntry",
    ".pb.TokenEntry",
    ".plugin.StdioData",
];

/// Fields of a thousand bytes and more, which are on the heap: a call moves its message a dozen
/// times.
const BOXED: &[&str] = &[
    ".pb.HandleExistenceCheckArgs.request",
    ".pb.HandleRequestArgs.request",
    ".pb.HandleRequestReply.response",
];

/// The first line of every generated file, before what prost writes there.
const HEADER: &str =
    "// Generated from the `.proto` files of this crate by `cargo xtask codegen`.\n";

/// Writes the generated code or, with `check`, only compares it.
///
/// # Errors
///
/// If a `.proto` file does not compile, if files cannot be read or written, and with `check` if
/// what is checked in is not what the `.proto` files say; the error names the command that fixes
/// it.
pub fn run(check: bool) -> Result<()> {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join("plugin-proto");
    let wanted = generate(&crate_folder.join("proto"))?;
    let folder = crate_folder.join("src").join("generated");
    if check { compare(&folder, &wanted) } else { write(&folder, &wanted) }
}

/// Returns the generated files by their names.
fn generate(proto: &Path) -> Result<BTreeMap<String, String>> {
    let sources = proto_files(proto)?;
    let mut compiler =
        protox::Compiler::new([proto]).context("cannot read the folder of `.proto` files")?;
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(&sources).context("cannot compile the `.proto` files")?;

    let requests = compiler
        .file_descriptor_set()
        .file
        .into_iter()
        .map(|file| (Module::from_protobuf_package_name(file.package()), file))
        .collect();

    let services = tonic_prost_build::configure()
        .build_transport(false)
        .codec_path("crate::codec::ProstCodec")
        .client_mod_attribute(".", r#"#[cfg(feature = "client")]"#)
        .server_mod_attribute(".", r#"#[cfg(feature = "server")]"#)
        .service_generator();
    let mut config = prost_build::Config::new();
    config.bytes(["."]).skip_debug(REDACTED).service_generator(services);
    BOXED.iter().for_each(|field| {
        config.boxed(field);
    });
    let modules = config.generate(requests).context("cannot generate code")?;

    Ok(modules
        .into_iter()
        .map(|(module, code)| {
            (module.to_file_name_or("root"), format!("{HEADER}{}", through_ours(&code)))
        })
        // Google's own types come from the crate `prost-types`; their files are empty.
        .filter(|(name, _)| !name.starts_with("google."))
        .collect())
}

/// Returns the code with calls through this crate's `Grpc` instead of tonic's, which is compiled
/// again for the messages of each method.
fn through_ours(code: &str) -> String {
    code.replace("tonic::client::Grpc<T>", "crate::client::Grpc<T>")
        .replace("tonic::client::Grpc::", "crate::client::Grpc::")
        .replace("tonic::server::Grpc::", "crate::server::Grpc::")
}

/// Returns all `.proto` files below a folder, in a fixed order.
fn proto_files(folder: &Path) -> Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?
    {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(proto_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            found.insert(path);
        }
    }
    Ok(found)
}

/// Fails if the folder does not hold exactly these files.
fn compare(folder: &Path, wanted: &BTreeMap<String, String>) -> Result<()> {
    let mut stale = Vec::new();
    for (name, code) in wanted {
        if fs::read_to_string(folder.join(name)).ok().as_ref() != Some(code) {
            stale.push(name.clone());
        }
    }
    stale.extend(file_names(folder)?.into_iter().filter(|name| !wanted.contains_key(name)));
    if !stale.is_empty() {
        bail!(
            "the generated code in plugin-proto/src/generated is out of date ({}): run `cargo xtask codegen`",
            stale.join(", ")
        );
    }
    Ok(())
}

/// Makes the folder hold exactly these files.
fn write(folder: &Path, wanted: &BTreeMap<String, String>) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for name in file_names(folder)? {
        if !wanted.contains_key(&name) {
            fs::remove_file(folder.join(&name)).with_context(|| format!("cannot remove {name}"))?;
        }
    }
    for (name, code) in wanted {
        fs::write(folder.join(name), code).with_context(|| format!("cannot write {name}"))?;
    }
    Ok(())
}

/// Returns the names of the files in the folder; none if there is no folder.
fn file_names(folder: &Path) -> Result<BTreeSet<String>> {
    if !folder.exists() {
        return Ok(BTreeSet::new());
    }
    fs::read_dir(folder)
        .with_context(|| format!("cannot read {}", folder.display()))?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect()
}
