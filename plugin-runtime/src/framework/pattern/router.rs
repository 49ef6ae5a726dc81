use super::{
    error::PatternError,
    pattern::{Pattern, Shape},
    raw::RawSet,
    reachability,
    trie::Trie,
    values::Values,
};

/// Finds the declared path that a request is for.
#[derive(Debug)]
pub(crate) struct Router {
    patterns: Vec<Pattern>,
    trie: Trie,
    regexes: Option<Regexes>,
}

#[derive(Debug)]
struct Regexes {
    set: Box<dyn RawSet>,
    /// Their indices among all patterns, ascending.
    indices: Vec<usize>,
}

/// A pattern that matches, with the values of its parameters.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Match<'r, 'p> {
    index: usize,
    names: &'r [Box<str>],
    values: Values<'p>,
}

impl Router {
    /// Builds a router; the order of the patterns is the order in which they are tried.
    ///
    /// # Errors
    ///
    /// Fails for the first pattern that is invalid, that no request can match, or whose matches all
    /// belong to earlier patterns.
    pub(crate) fn new(
        patterns: impl IntoIterator<Item = impl Into<Pattern>>,
    ) -> Result<Self, PatternError> {
        let patterns: Vec<Pattern> = patterns.into_iter().map(Into::into).collect();
        let mut shapes = Vec::with_capacity(patterns.len());
        for pattern in &patterns {
            shapes.push((pattern, pattern.shape().map_err(Clone::clone)?));
        }
        reachability::check(&shapes)?;

        let mut templates = Vec::new();
        let mut raws = Vec::new();
        let mut indices = Vec::new();
        for (index, (_, shape)) in shapes.iter().enumerate() {
            match shape {
                Shape::Template(template) => templates.push((index, template)),
                Shape::Regex(raw) => {
                    raws.push(&**raw);
                    indices.push(index);
                }
            }
        }
        let trie = Trie::new(templates);
        let regexes = match raws.first() {
            None => None,
            Some(any) => Some(Regexes { set: any.compile(&raws)?, indices }),
        };
        Ok(Self { patterns, trie, regexes })
    }

    /// Returns the first declared pattern that matches a path, which is relative to the mount.
    pub(crate) fn route<'r, 'p>(&'r self, path: &'p str) -> Option<Match<'r, 'p>> {
        let index = self.find(path)?;
        let pattern = self.patterns.get(index)?;
        let values = match pattern.shape().ok()? {
            Shape::Template(template) => template.values(path),
            Shape::Regex(_) => {
                let Regexes { set, indices } = self.regexes.as_ref()?;
                set.values(indices.binary_search(&index).ok()?, path)?
            }
        };
        Some(Match { index, names: pattern.parameters(), values })
    }

    /// Returns the patterns, in the order of their declaration.
    pub(crate) fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    fn find(&self, path: &str) -> Option<usize> {
        let template = self.trie.find(path);
        let Some(Regexes { set, indices }) = &self.regexes else { return template };
        // Regexes cost more, so they are not tried if a template precedes all of them.
        let first = indices.first().copied()?;
        if template.is_some_and(|index| index < first) {
            return template;
        }
        let regex = set.find(path).and_then(|number| indices.get(number)).copied();
        template.into_iter().chain(regex).min()
    }
}

impl<'r, 'p> Match<'r, 'p> {
    /// Returns the index of the matching pattern among those that the router was built from.
    pub(crate) fn index(&self) -> usize {
        self.index
    }

    /// Returns the parameters with their values, including all parameters of the pattern: one that
    /// took no part in the match has the value `""`, and as such replaces a field of the same name.
    pub(crate) fn captures(&self) -> impl Iterator<Item = (&'r str, &'p str)> {
        self.names.iter().map(|name| &**name).zip(self.values.iter())
    }

    /// Returns the value of one parameter.
    pub(crate) fn capture(&self, name: &str) -> Option<&'p str> {
        self.captures().find_map(|(one, value)| (one == name).then_some(value))
    }
}
