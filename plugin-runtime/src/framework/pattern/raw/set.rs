//! The compiled regexes. One lazily built DFA finds the first regex that matches, regardless of
//! their number; then its own bounded backtracker finds its groups.

use std::{
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
};

use regex_automata::{
    Anchored, Input,
    hybrid::dfa,
    nfa::thompson::{NFA, WhichCaptures, backtrack},
    util::{pool::Pool, primitives::NonMaxUsize},
};
use regex_syntax::hir::Hir;

use super::{
    super::{error::PatternError, values::Values},
    RawPattern, anchored,
};

/// The longest path in bytes that is matched: the most that an HTTP request line holds in practice.
const MAX_PATH: usize = 1 << 20;

/// For longer paths, the memory for finding groups is released after the request.
const POOLED_PATH: usize = 4096;

/// The largest compiled form of a regex in bytes, as a guard against `(a{1000}){1000}`.
const MAX_REGEX: usize = 10 << 20;

type CachePool<C> = Pool<C, Box<dyn Fn() -> C + Send + Sync + UnwindSafe + RefUnwindSafe>>;

pub(super) struct RegexSet {
    first: dfa::DFA,
    caches: CachePool<dfa::Cache>,
    groups: Vec<Groups>,
    group_caches: CachePool<Option<backtrack::Cache>>,
}

/// The engine that finds the groups of one regex.
struct Groups {
    count: usize,
    backtracker: Option<backtrack::BoundedBacktracker>,
}

impl RegexSet {
    pub(super) fn new(all: &[&dyn RawPattern]) -> Result<Self, PatternError> {
        let mut hirs = Vec::with_capacity(all.len());
        let mut groups = Vec::with_capacity(all.len());
        for raw in all {
            let refused =
                |reason: String| PatternError::Regex { pattern: raw.source().to_owned(), reason };
            let hir = regex_syntax::parse(raw.translated())
                .map_err(|error| refused(error.to_string()))?;
            let hir = anchored(hir);
            let limited =
                |captures| NFA::config().which_captures(captures).nfa_size_limit(Some(MAX_REGEX));
            let nfa = NFA::compiler()
                .configure(limited(WhichCaptures::All))
                .build_from_hir(&hir)
                .map_err(|error| refused(error.to_string()))?;
            groups.push(Groups::new(nfa, raw.parameters().len()).map_err(refused)?);
            hirs.push(hir);
        }
        let first = build_dfa(&hirs).map_err(|reason| PatternError::Regex {
            pattern: all.iter().map(|raw| raw.source()).collect::<Vec<_>>().join("`, `"),
            reason,
        })?;
        let for_caches = first.clone();
        Ok(Self {
            first,
            caches: Pool::new(Box::new(move || for_caches.create_cache())),
            groups,
            group_caches: Pool::new(Box::new(|| None)),
        })
    }
}

fn build_dfa(hirs: &[Hir]) -> Result<dfa::DFA, String> {
    let nfa = NFA::compiler()
        .configure(NFA::config().which_captures(WhichCaptures::None))
        .build_many_from_hir(hirs)
        .map_err(|error| error.to_string())?;
    dfa::DFA::builder()
        .configure(dfa::DFA::config().skip_cache_capacity_check(true))
        .build_from_nfa(nfa)
        .map_err(|error| error.to_string())
}

impl Groups {
    fn new(nfa: NFA, count: usize) -> Result<Self, String> {
        if count == 0 {
            return Ok(Self { count, backtracker: None });
        }
        // One bit per state and position, rounded up; memory is allocated as a path needs it.
        let capacity = nfa.states().len().saturating_mul(MAX_PATH + 1).div_ceil(8) + 64;
        let backtracker = backtrack::BoundedBacktracker::builder()
            .configure(backtrack::Config::new().visited_capacity(capacity))
            .build_from_nfa(nfa)
            .map_err(|error| error.to_string())?;
        Ok(Self { count, backtracker: Some(backtracker) })
    }

    fn values<'p>(
        &self,
        backtracker: &backtrack::BoundedBacktracker,
        cache: &mut backtrack::Cache,
        path: &'p str,
    ) -> Option<Values<'p>> {
        // Two slots for the whole match and two for each group.
        let needed = 2 * (self.count + 1);
        let mut few = [None; 2 * 5];
        let mut many = Vec::new();
        let slots: &mut [Option<NonMaxUsize>] = match few.get_mut(..needed) {
            Some(few) => few,
            None => {
                many.resize(needed, None);
                &mut many
            }
        };
        let input = Input::new(path).anchored(Anchored::Yes);
        backtracker.try_search_slots(cache, &input, slots).ok()??;
        let mut values = Values::default();
        for pair in slots.chunks_exact(2).skip(1) {
            values.push(match pair {
                [Some(start), Some(end)] => path.get(start.get()..end.get())?,
                _ => "",
            });
        }
        Some(values)
    }
}

impl super::RawSet for RegexSet {
    fn find(&self, path: &str) -> Option<usize> {
        if path.len() > MAX_PATH {
            return None;
        }
        let input = Input::new(path).anchored(Anchored::Yes);
        // As it is configured, the DFA never gives up: no quit bytes, no limit of clearings.
        let found = self.first.try_search_fwd(&mut self.caches.get(), &input).ok()??;
        Some(found.pattern().as_usize())
    }

    fn values<'p>(&self, number: usize, path: &'p str) -> Option<Values<'p>> {
        let groups = self.groups.get(number)?;
        let Some(backtracker) = &groups.backtracker else { return Some(Values::default()) };
        if path.len() > POOLED_PATH {
            return groups.values(backtracker, &mut backtracker.create_cache(), path);
        }
        let mut pooled = self.group_caches.get();
        let cache = pooled.get_or_insert_with(|| backtracker.create_cache());
        cache.reset(backtracker);
        groups.values(backtracker, cache, path)
    }
}

impl fmt::Debug for RegexSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegexSet").field("len", &self.groups.len()).finish_non_exhaustive()
    }
}
