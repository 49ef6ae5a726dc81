//! Our `.proto` files against the descriptors inside the servers' executables, so that a new server
//! version shows what has changed in the protocol.

mod embedded;
mod items;
mod known;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use cargo_vault_plugin::server::{Role, ServerBinary};
use prost_types::FileDescriptorProto;
use xtask::workspace::root;

use items::Items;

/// The package names of what plugins and servers say to each other.
const PACKAGES: [&str; 6] =
    ["pb", "logical", "plugin", "pluginutil.multiplexing", "dbplugin.v5", "grpc.health.v1"];

crate::on_every_server!(the_messages_are_the_servers);

/// Every item that both have is the same, and the server has nothing that we lack; what differs is
/// a known difference, and each of those occurs.
fn the_messages_are_the_servers(binary: &ServerBinary) -> Result<()> {
    let ours = ours()?;
    let theirs = theirs(binary, &ours)?;
    let mut differences = Vec::new();
    for (place, theirs) in &theirs {
        match ours.get(place) {
            Some(ours) if ours == theirs => {}
            Some(ours) => differences.push(format!("{place}: {theirs}; ours: {ours}")),
            None => differences.push(format!("{place}: {theirs}; we have none")),
        }
    }
    let known = known::of(binary);
    let mut unknown: Vec<_> = differences
        .iter()
        .filter(|difference| !known.iter().any(|known| known.covers(difference)))
        .map(String::as_str)
        .collect();
    let gone: Vec<_> = known
        .iter()
        .filter(|known| !differences.iter().any(|difference| known.covers(difference)))
        .map(|known| {
            format!("{} differs no more; remove it from the list ({})", known.place, known.reason)
        })
        .collect();
    unknown.extend(gone.iter().map(String::as_str));
    let common = theirs.keys().filter(|place| ours.contains_key(*place)).count();
    println!("{common} items in common, {} differences", differences.len());
    ensure!(common > 200, "only {common} items in common: the descriptors were not found");
    ensure!(unknown.is_empty(), "{:?} {}:\n{}", binary.product, binary.version, unknown.join("\n"));
    Ok(())
}

/// What we have beyond the newest OpenBao is from a newer Vault, and listed.
#[test]
fn what_the_newest_openbao_lacks_is_known() -> Result<()> {
    let ours = ours()?;
    let theirs = theirs(crate::setting::server(Role::OpenBao)?, &ours)?;
    let lacking: Vec<_> = ours.keys().filter(|place| !theirs.contains_key(*place)).collect();
    let unknown: Vec<_> = lacking
        .iter()
        .filter(|place| !known::NOT_IN_OPENBAO.iter().any(|known| known.covers(place)))
        .collect();
    ensure!(unknown.is_empty(), "{unknown:#?}");
    for known in known::NOT_IN_OPENBAO {
        ensure!(lacking.iter().any(|place| known.covers(place)), "{} is in OpenBao", known.place);
    }
    Ok(())
}

fn ours() -> Result<Items> {
    let folder = root().join("plugin-proto").join("proto");
    let mut files: Vec<PathBuf> = Vec::new();
    let mut folders = vec![folder.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    let mut compiler = protox::Compiler::new([&folder]).context("the `.proto` files")?;
    compiler.open_files(&files).context("compiling the `.proto` files")?;
    let mut items = Items::new();
    for file in &compiler.file_descriptor_set().file {
        items::add(&mut items, file);
    }
    Ok(items)
}

/// What the server's executable says about our packages. A file of another protocol may have the same
/// package: one that has nothing of ours does not count.
fn theirs(binary: &ServerBinary, ours: &Items) -> Result<Items> {
    let executable = fs::read(&binary.path).context("reading the server's executable")?;
    let mut items = Items::new();
    let mut packages = BTreeSet::new();
    for file in embedded::descriptors(&executable) {
        if PACKAGES.contains(&file.package()) && concerns(&file, ours) {
            packages.insert(file.package().to_owned());
            items::add(&mut items, &file);
        }
    }
    println!("packages: {packages:?}");
    Ok(items)
}

fn concerns(file: &FileDescriptorProto, ours: &Items) -> bool {
    let mut items = Items::new();
    items::add(&mut items, file);
    items.keys().any(|place| ours.contains_key(place))
}
