//! What each folder is allowed until its texts are fixed. Numbers of phrases only fall, shares only rise.

/// Folders with phrases that are not replaced yet, and how many.
#[rustfmt::skip]
const PHRASES: &[(&str, usize)] = &[
    ("plugin-runtime", 230),
];

/// Folders below the target, and the share of doc comments that start with a verb, in percent.
#[rustfmt::skip]
const VERBS: &[(&str, usize)] = &[
    ("plugin-runtime", 61),
];

/// The share that every other folder must reach, in percent.
const TARGET: usize = 90;

/// Returns how many phrases a folder may have.
pub(super) fn phrases(folder: &str) -> usize {
    PHRASES.iter().find(|(name, _)| *name == folder).map_or(0, |(_, count)| *count)
}

/// Returns the share of doc comments that must start with a verb, in percent.
pub(super) fn verbs(folder: &str) -> usize {
    VERBS.iter().find(|(name, _)| *name == folder).map_or(TARGET, |(_, percent)| *percent)
}
