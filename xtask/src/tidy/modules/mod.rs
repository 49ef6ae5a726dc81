//! Which module of a crate may use which: arrows go down only.
//!
//! ARCHITECTURE.md has a table with the layers of a crate's modules, the lowest first. A module
//! uses only modules of lower layers. In crates without a table, modules must at least not form a
//! circle. Tests are free.

mod circles;
mod uses;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::workspace::Workspace;

/// The document with the tables.
const DOCUMENT: &str = "ARCHITECTURE.md";

/// The modules that each module of a crate uses.
type Graph = BTreeMap<String, BTreeSet<String>>;

/// Finds uses that point up or sideways, modules without a layer, and circles.
///
/// # Errors
/// Fails if a file cannot be read.
pub(super) fn breaches(workspace: &Workspace) -> Result<Vec<String>> {
    let root = &workspace.workspace_root;
    let document = fs::read_to_string(root.join(DOCUMENT))
        .with_context(|| format!("cannot read {DOCUMENT}"))?;
    let mut tables = layers(&document);
    let mut breaches = Vec::new();
    for package in &workspace.packages {
        let source = package.folder().join("src");
        let name = source.strip_prefix(root).unwrap_or(&source).display().to_string();
        let table = tables.remove(&name);
        if !source.join("lib.rs").is_file() {
            continue;
        }
        let graph = uses::graph(&source)?;
        match table {
            Some(table) => breaches.extend(compare(&name, &graph, &table)),
            None => {
                let circle = circles::circle(&graph).map(|circle| circle.join(" → "));
                breaches.extend(circle.map(|it| format!("{name}: modules use each other: {it}")));
            }
        }
    }
    breaches.extend(tables.into_keys().map(|name| format!("{DOCUMENT}: there is no crate {name}")));
    Ok(breaches)
}

/// Returns the layer of each module, by crate. A row is `` | `crate/src` | `module`, `module` | ``,
/// and the rows of a crate are its layers, the lowest first.
fn layers(document: &str) -> BTreeMap<String, BTreeMap<String, usize>> {
    let mut tables: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for (number, row) in document.lines().enumerate() {
        let mut cells = row.trim_matches('|').split('|').map(str::trim);
        let (Some(source), Some(modules)) = (cells.next(), cells.next()) else { continue };
        let source = source.trim_matches('`');
        if !row.starts_with('|') || !Path::new(source).ends_with("src") {
            continue;
        }
        let table = tables.entry(source.to_owned()).or_default();
        let modules = modules.split(',').map(|module| module.trim().trim_matches('`').to_owned());
        table.extend(modules.map(|module| (module, number)));
    }
    tables
}

/// Compares the uses with the layers.
fn compare(source: &str, graph: &Graph, layers: &BTreeMap<String, usize>) -> Vec<String> {
    let mut breaches = Vec::new();
    for (module, used) in graph {
        let Some(layer) = layers.get(module) else {
            breaches.push(format!("{source}: `{module}` has no layer in {DOCUMENT}"));
            continue;
        };
        let higher =
            used.iter().filter(|used| layers.get(*used).is_none_or(|other| other >= layer));
        breaches.extend(higher.map(|used| {
            format!("{source}: `{module}` must not use `{used}`: see the layers in {DOCUMENT}")
        }));
    }
    let gone = layers.keys().filter(|module| !graph.contains_key(*module));
    breaches.extend(gone.map(|module| format!("{DOCUMENT}: {source} has no module `{module}`")));
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(uses: &[(&str, &[&str])]) -> Graph {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        uses.iter().map(|(module, used)| ((*module).to_owned(), owned(used))).collect()
    }

    #[test]
    fn a_use_that_points_up_or_sideways_is_found() {
        let tables = layers(
            "| crate | modules |\n|---|---|\n| `a/src` | `low`, `flat` |\n| `a/src` | `high` |\n",
        );
        let table = &tables["a/src"];
        let found = |uses: &[(&str, &[&str])]| compare("a/src", &graph(uses), table);
        assert_eq!(found(&[("low", &[]), ("flat", &[]), ("high", &["low", "flat"])]), [""; 0]);
        for (low, flat, breach) in [
            (["high"].as_slice(), [].as_slice(), "`low` must not use `high`"),
            (&[], &["low"], "`flat` must not use `low`"),
        ] {
            let breaches = found(&[("low", low), ("flat", flat), ("high", &[])]);
            assert!(breaches.len() == 1 && breaches[0].contains(breach), "{breaches:?}");
        }
        let breaches = found(&[("low", &[]), ("high", &[]), ("new", &[])]);
        assert!(breaches[0].contains("`new` has no layer"), "{breaches:?}");
        assert!(breaches[1].contains("no module `flat`"), "{breaches:?}");
    }
}
