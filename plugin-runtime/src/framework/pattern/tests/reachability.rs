use crate::framework::pattern::{
    Pattern, PatternError, Router,
    automaton::{Automaton, Search},
};

/// Parses templates, and regexes if a text begins with `re:`.
fn build(patterns: &[&str]) -> Result<Router, PatternError> {
    Router::new(patterns.iter().map(|text| match text.strip_prefix("re:") {
        Some(regex) => Pattern::regex(regex),
        None => Pattern::from(*text),
    }))
}

#[test]
fn a_path_that_earlier_ones_cover_is_refused_with_their_names() {
    let cases: &[(&[&str], &str, &[&str])] = &[
        (&["a", "b", "a"], "a", &["a"]),
        (&["role/{name}", "role/list"], "role/list", &["role/{name}"]),
        (&["role/{a}", "role/{b}"], "role/{b}", &["role/{a}"]),
        (&["user/{a:at}", "user/{b}"], "user/{b}", &["user/{a:at}"]),
        (&["x", "{path*}", "config"], "config", &["{path*}"]),
        (&["", "{path+}", "{path*}"], "{path*}", &["", "{path+}"]),
        (&["a", "a/", "x", "a/?"], "a/?", &["a", "a/"]),
        (&["a/?", "a/"], "a/", &["a/?"]),
        (&["creds", "creds/{n}", "creds{/name?}"], "creds{/name?}", &["creds", "creds/{n}"]),
        (&["data/{p*}", "data/{a}/{b}"], "data/{a}/{b}", &["data/{p*}"]),
        (&["re:a|b", "b"], "b", &["a|b"]),
        (&["re:role/.+", "role/{name}"], "role/{name}", &["role/.+"]),
        (&["{n}", "re:[a-c]"], "[a-c]", &["{n}"]),
        (&["re:(x|y)/.*", "re:[xy]/z"], "[xy]/z", &["(x|y)/.*"]),
        (&["re:a\\b", "re:a\\b"], "a\\b", &["a\\b"]),
        (&["re:[ab]", "re:[bc]", "re:b|a|c"], "b|a|c", &["[ab]", "[bc]"]),
    ];
    for (patterns, pattern, covered_by) in cases {
        let error = build(patterns).expect_err(pattern);
        let expected = PatternError::Unreachable {
            pattern: (*pattern).to_owned(),
            covered_by: covered_by.iter().map(|&one| one.to_owned()).collect(),
        };
        assert_eq!(error, expected, "{patterns:?}");
    }
}

#[test]
fn a_path_that_some_request_reaches_is_accepted() {
    let cases: &[&[&str]] = &[
        &["role/list", "role/{name}"],
        &["role/{name}", "role/?"],
        &["role/{name}", "role/{name:at}"],
        &["data/{p+}", "data/{p*}"],
        &["{path+}", ""],
        &["{a}/{b}", "{a}/{b}/{c}", "{path*}"],
        &["re:a.", "re:a\n"],
        &["re:.*", "re:(?s).*"],
        &["re:[a-y]+", "{n}"],
        &["re:\\ba", "a"],
        &["a", "re:(a{300}){300}", "b"],
        &["creds{/name?}", "creds/"],
        &["re:/?config", "configs"],
        // The start of a path may be repeated, and then a slash follows.
        &["re:[^/]*", "re:.*"],
        &["re:((a|[^/]))*?", "re:(?P<g0>(.)*?)"],
    ];
    for patterns in cases {
        if let Err(error) = build(patterns) {
            panic!("{patterns:?}: {error}");
        }
    }
}

#[test]
fn a_pattern_that_no_request_can_match_is_refused() {
    for regex in [r"a^b", r"a$b", r"[^\s\S]", r"x[^\x{0}-\x{10ffff}]y"] {
        let error = Router::new([Pattern::regex(regex)]).expect_err(regex);
        assert_eq!(error, PatternError::MatchesNothing { pattern: regex.to_owned() });
    }
    for regex in ["/config", "^/config$", "(/a|/b)c", "/+x", "[/]"] {
        let error = Router::new(["x".into(), Pattern::regex(regex)]).expect_err(regex);
        assert_eq!(error, PatternError::LeadingSlash { pattern: regex.to_owned() });
    }
}

#[test]
fn messages_name_both_paths() {
    let message = |patterns: &[&str]| build(patterns).expect_err("an error").to_string();
    assert_eq!(
        message(&["role/{name}", "role/list"]),
        "path `role/list` can never be reached: `role/{name}` matches all of it and is declared \
         before it, and the first match wins; declare it earlier or remove it"
    );
    assert_eq!(
        message(&["a", "a/", "a/?"]),
        "path `a/?` can never be reached: `a` and `a/` together match all of it and are declared \
         before it, and the first match wins; declare it earlier or remove it"
    );
}

#[test]
fn a_search_among_many_states_is_given_up_and_the_path_stays() {
    let mut automaton = Automaton::default();
    let many = Pattern::regex(r"([a-z]+){1000}");
    let covered = Pattern::regex(r"[a-z]+");
    let start = |automaton: &mut Automaton, pattern: &Pattern| {
        pattern.shape().unwrap().add_to(automaton).unwrap()
    };
    let (many_start, covered_start) =
        (start(&mut automaton, &many), start(&mut automaton, &covered));
    assert_eq!(automaton.difference(many_start, &[covered_start], true), Search::GaveUp);
    assert!(Router::new([covered, many]).is_ok());
}
