//! What the modules of a crate use of each other, read from their text.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::Graph;

/// Returns the uses between the modules at the root of a crate.
///
/// # Errors
/// Fails if a file cannot be read.
pub(super) fn graph(source: &Path) -> Result<Graph> {
    let root = code(&read(&source.join("lib.rs"))?);
    let mut graph = Graph::new();
    let mut files = Vec::new();
    collect(source, &mut Vec::new(), &mut files)?;
    for (module, _) in &files {
        if let Some(top) = module.first() {
            graph.entry(top.clone()).or_default();
        }
    }
    let names = names(&root, graph.keys().cloned().collect());
    for (module, text) in files {
        let Some(top) = module.first() else { continue };
        if module.iter().any(|part| part == "tests") {
            continue;
        }
        let used = mentioned(&code(&text), module.len());
        let used = used.iter().filter_map(|name| names.get(name)).filter(|name| *name != top);
        graph.entry(top.clone()).or_default().extend(used.cloned());
    }
    Ok(graph)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Collects the files of a folder with the paths of their modules, without the crate's root.
fn collect(
    folder: &Path,
    module: &mut Vec<String>,
    files: &mut Vec<(Vec<String>, String)>,
) -> Result<()> {
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?
    {
        let path = entry?.path();
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if path.is_dir() {
            module.push(name);
            collect(&path, module, files)?;
            module.pop();
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let own = !matches!(name.as_str(), "mod" | "lib" | "main");
            let parts = module.iter().cloned().chain(own.then_some(name));
            files.push((parts.collect(), read(&path)?));
        }
    }
    Ok(())
}

/// Returns the code of a file without comment lines and without the tests at its end.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns the module behind each name at the crate's root: the modules themselves, and what the
/// root exports of them.
fn names(root: &str, modules: BTreeSet<String>) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for statement in root.split(';') {
        let Some((_, path)) = statement.split_once("use ") else { continue };
        let Some((module, exported)) = path.trim().split_once("::") else { continue };
        if modules.contains(module) {
            let words = exported.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            names.extend(words.map(|word| (word.to_owned(), module.to_owned())));
        }
    }
    names.extend(modules.into_iter().map(|module| (module.clone(), module)));
    names
}

/// Returns the names that a file of a module at this depth takes from the crate's root.
fn mentioned(code: &str, depth: usize) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for start in ["crate::".to_owned(), "super::".repeat(depth)] {
        for (at, _) in code.match_indices(&start) {
            let before = code.get(..at).unwrap_or_default();
            if before.ends_with(|letter: char| letter.is_alphanumeric() || "_:$".contains(letter)) {
                continue;
            }
            let rest = code.get(at + start.len()..).unwrap_or_default();
            match rest.strip_prefix('{') {
                Some(group) => found.extend(first_names(group)),
                None => found.extend([first_name(rest)]),
            }
        }
    }
    found
}

/// Returns the first name of each path in a group, up to the group's end.
fn first_names(group: &str) -> Vec<String> {
    let (mut names, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(first_name(group.get(start..at).unwrap_or_default()));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(first_name(group.get(start..at).unwrap_or_default()));
                start = at + 1;
            }
            _ => {}
        }
    }
    names
}

fn first_name(path: &str) -> String {
    let word = |letter: &char| letter.is_alphanumeric() || *letter == '_';
    path.trim_start().chars().take_while(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_every_form_of_a_use() {
        let code = "use crate::one;\nuse crate::{two::{A, b}, three, Four};\nuse super::five::X;\n\
                    fn f(x: crate::six::Y) { $crate::seven::z(); }";
        let found = mentioned(code, 1);
        let expected = ["Four", "five", "one", "six", "three", "two"].map(str::to_owned);
        assert_eq!(found, BTreeSet::from(expected));
        assert!(mentioned("super::super::eight()", 2).contains("eight"));
    }

    #[test]
    fn tests_and_comments_are_left_out() {
        let text =
            "use crate::a;\n/// [`crate::b`]\n#[cfg(test)]\nmod tests {\n    use crate::c;\n}\n";
        assert_eq!(mentioned(&code(text), 1), BTreeSet::from(["a".to_owned()]));
    }

    #[test]
    fn what_the_root_exports_stands_for_its_module() {
        let modules = BTreeSet::from(["data".to_owned(), "low".to_owned()]);
        let names = names(
            "mod data;\nmod low;\n\npub use data::{Data, Error};\npub use http::X;\n",
            modules,
        );
        assert_eq!(names["Data"], "data");
        assert_eq!(names["low"], "low");
        assert!(!names.contains_key("X"));
    }
}
