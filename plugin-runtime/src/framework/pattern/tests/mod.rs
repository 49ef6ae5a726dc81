mod engines;
mod expansion;
mod properties;
mod reachability;
mod reference;
mod regexes;
mod templates;

use super::{Pattern, Router};

/// Returns the parameters' values that a router of one pattern finds, or `None` without a match.
fn values(pattern: impl Into<Pattern>, path: &str) -> Option<Vec<(String, String)>> {
    let router = Router::new([pattern.into()]).expect("a valid pattern");
    let found = router.route(path)?;
    Some(found.captures().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
