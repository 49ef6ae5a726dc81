use proptest::{collection::vec, prelude::*, sample::select};

use super::reference::Reference;
use crate::framework::pattern::{
    Pattern, PatternError, Router,
    automaton::{Automaton, Search},
};

const NAME: &str = "[0-9A-Za-z_](?:[0-9A-Za-z_.-]*[0-9A-Za-z_])?";
const NAME_WITH_AT: &str = "[0-9A-Za-z_](?:[0-9A-Za-z_.@-]*[0-9A-Za-z_])?";

/// A pattern with the regex in Rust's syntax that means the same.
type Declared = (Pattern, String);

/// Generates a segment of a template, with its regex; parameters are named by `number`.
fn segment(kind: usize, number: usize) -> (String, String) {
    match kind {
        0 => (format!("{{p{number}}}"), format!("(?P<p{number}>{NAME})")),
        1 => (format!("{{p{number}:at}}"), format!("(?P<p{number}>{NAME_WITH_AT})")),
        other => {
            let literal = ["a", "b", "a-b", "ä"][other % 4];
            (literal.to_owned(), literal.to_owned())
        }
    }
}

fn template() -> impl Strategy<Value = Declared> {
    (vec(0..6_usize, 1..4), 0..9_usize).prop_map(|(kinds, end)| {
        let (texts, regexes): (Vec<_>, Vec<_>) =
            kinds.into_iter().enumerate().map(|(number, kind)| segment(kind, number)).unzip();
        let (text, regex) = match end {
            0 => ("/?".to_owned(), "/?".to_owned()),
            1 => ("/".to_owned(), "/".to_owned()),
            2 => ("{/o?}".to_owned(), format!("(?:/(?P<o>{NAME}))?")),
            3 => ("{/o+?}".to_owned(), "(?:/(?P<o>.+))?".to_owned()),
            4 => ("{/o:at?}/?".to_owned(), format!("(?:/(?P<o>{NAME_WITH_AT}))?/?")),
            5 => ("/{o*}".to_owned(), "/(?P<o>.*)".to_owned()),
            6 => ("/{o+}".to_owned(), "/(?P<o>.+)".to_owned()),
            _ => (String::new(), String::new()),
        };
        let text = texts.join("/") + &text;
        let regex = regexes.join("/") + &regex;
        (Pattern::from(text), regex)
    })
}

/// Generates regexes as authors write them; names are unique within one.
fn regex() -> impl Strategy<Value = Declared> {
    let leaf = select(vec!["a", "b", "/", "ä", ".", r"\w", "[^/]", r"[\w-.]", "a-b", ""]);
    let leaf = leaf.prop_map(str::to_owned);
    let tree = leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            4 => vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            1 => vec(inner.clone(), 2..3).prop_map(|parts| format!("({})", parts.join("|"))),
            1 => vec(inner.clone(), 2..3).prop_map(|parts| parts.join("|")),
            2 => (inner.clone(), select(vec!["?", "*", "+", "??", "*?", "{1,2}"]))
                .prop_map(|(part, times)| format!("({part}){times}")),
            2 => inner.prop_map(|part| format!("(?P<NAME>{part})")),
        ]
    });
    tree.prop_map(|text| {
        let mut parts = text.split("NAME");
        let mut named = parts.next().unwrap_or_default().to_owned();
        for (number, part) in parts.enumerate() {
            named.push_str(&format!("g{number}{part}"));
        }
        let rust = named.replace(r"[\w-.]", "[0-9A-Za-z_.-]").replace(r"\w", "[0-9A-Za-z_]");
        (Pattern::regex(named), rust)
    })
}

fn declared() -> impl Strategy<Value = Declared> {
    prop_oneof![2 => template(), 1 => regex()]
}

fn path() -> impl Strategy<Value = String> {
    let piece = select(vec!["a", "b", "a-b", "ä", "a@b", "/", "/", "/", ".", "-", "@", "\n", "x"]);
    vec(piece, 0..7)
        .prop_map(|pieces| pieces.concat())
        .prop_map(|path| path.trim_start_matches('/').to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_first_declared_match_wins_as_if_each_were_tried_in_turn(
        declared in vec(declared(), 1..12),
        paths in vec(path(), 40),
    ) {
        let mut kept: Vec<Declared> = Vec::new();
        for candidate in declared {
            let mut longer = kept.clone();
            longer.push(candidate);
            let reference = Reference::new(longer.iter().map(|(_, regex)| regex));
            match Router::new(longer.iter().map(|(pattern, _)| pattern.clone())) {
                Ok(_) => kept = longer,
                // Refused patterns must really be unreachable.
                Err(
                    PatternError::Unreachable { .. }
                    | PatternError::LeadingSlash { .. }
                    | PatternError::MatchesNothing { .. },
                ) => {
                    let last = longer.len() - 1;
                    for path in &paths {
                        let first = reference.route(path).map(|(index, _)| index);
                        prop_assert_ne!(first, Some(last), "{} reaches {:?}", path, longer);
                    }
                }
                Err(error) => return Err(TestCaseError::fail(error.to_string())),
            }
        }
        let reference = Reference::new(kept.iter().map(|(_, regex)| regex));
        let router = Router::new(kept.iter().map(|(pattern, _)| pattern.clone())).expect("again");
        for path in &paths {
            let found = router.route(path).map(|found| {
                let captures = found.captures();
                let captures = captures.map(|(name, value)| (name.to_owned(), value.to_owned()));
                (found.index(), captures.collect::<Vec<_>>())
            });
            prop_assert_eq!(found, reference.route(path), "{:?} among {:?}", path, kept);
        }
    }

    #[test]
    fn each_accepted_path_is_reached_by_the_text_that_shows_it(
        declared in vec(declared(), 1..12),
    ) {
        let mut kept: Vec<Pattern> = Vec::new();
        for (candidate, _) in declared {
            let mut longer = kept.clone();
            longer.push(candidate);
            if Router::new(longer.clone()).is_ok() {
                kept = longer;
            }
        }
        let router = Router::new(kept.clone()).expect("again");
        let mut automaton = Automaton::default();
        let mut earlier = Vec::new();
        for (index, pattern) in kept.iter().enumerate() {
            let shape = pattern.shape().expect("a valid pattern");
            let start = shape.add_to(&mut automaton).expect("nothing intricate");
            let Search::Found(path) = automaton.difference(start, &earlier, true) else {
                return Err(TestCaseError::fail(format!("{pattern} among {kept:?}")));
            };
            let found = router.route(&path).map(|found| found.index());
            prop_assert_eq!(found, Some(index), "{:?} among {:?}", path, kept);
            earlier.push(start);
        }
    }

    #[test]
    fn a_template_means_the_regex_that_help_shows(
        (pattern, _) in template(),
        paths in vec(path(), 40),
    ) {
        let shown = Pattern::regex(pattern.anchored_regex());
        let (shown, router) =
            (Router::new([shown]).expect("a regex"), Router::new([pattern]).expect("a template"));
        for path in &paths {
            prop_assert_eq!(shown.route(path), router.route(path), "{:?}", path);
        }
    }

    #[test]
    fn no_text_makes_a_pattern_or_a_route_panic(
        text in prop_oneof![any::<String>(), r"[a\[\]\\(){}?*+|^$.:<>P\-&~wdsbQEx0-9,/ä/]{0,16}"],
        path in any::<String>(),
    ) {
        for pattern in [Pattern::from(text.as_str()), Pattern::regex(text.as_str())] {
            let _ = (pattern.expand(), pattern.anchored_regex());
            if let Ok(router) = Router::new([pattern]) {
                let _ = router.route(&path);
                let _ = router.route(&text);
            }
        }
    }
}
