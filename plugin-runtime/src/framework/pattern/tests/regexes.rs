use super::{owned, values};
use crate::framework::pattern::{Pattern, PatternError, Router};

#[test]
fn regexes_are_read_as_go_reads_them() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        (r"\w(([\w-.]+)?\w)?", &["a", "a-b.c", "a.b"], &["", "a-", "ä", "aäb", "a@b"]),
        (r"[\w-.@]+", &["-.@a"], &["ä", "+"]),
        (r"[a\d-z]", &["a", "5", "-", "z"], &["y"]),
        (r"[a-c-e]", &["b", "-", "e"], &["d"]),
        (r"[-a]", &["-", "a"], &["b"]),
        (r"[a-]", &["-", "a"], &["b"]),
        (r"[]a]", &["]", "a"], &["b"]),
        (r"[^]a]", &["b", "ä"], &["]", "a"]),
        (r"[a[b]", &["a", "[", "b"], &["]"]),
        (r"[a&&b~~]", &["a", "&", "b", "~"], &["c"]),
        (r"[+--]", &["+", ",", "-"], &["."]),
        (r"[[:alpha:]-.]+", &["a-.Z"], &["1", "ä"]),
        (r"[[:^alpha:]]", &["1", "ä"], &["a"]),
        (r"[\W]", &["ä", "-"], &["a", "_"]),
        (r"[^\W\d]", &["a", "_"], &["1", "ä"]),
        (r"\d", &["1"], &["\u{661}"]),
        (r"\D", &["a", "\u{661}"], &["1"]),
        (r"a\sb", &["a b", "a\tb"], &["a\u{a0}b", "a\u{b}b"]),
        (r"a\Sb", &["a\u{a0}b", "a\u{b}b"], &["a b"]),
        (r"\bä?a\b", &["a"], &["äa"]),
        (r"ä\Bä", &["ää"], &[]),
        (r"a\bä", &["aä"], &[]),
        (r".", &["a", "ä", "\r"], &["", "\n", "aa"]),
        (r"(?s).", &["\n"], &[""]),
        (r".{2}", &["ää"], &["ä", "a"]),
        (r"a$", &["a"], &["a\n"]),
        (r"^a", &["a"], &["ba"]),
        (r"^a$", &["a"], &["a\n"]),
        (r"\Aa\z", &["a"], &["ba"]),
        (r"a|b", &["a", "b"], &["ab", "ax", "xb"]),
        (r"^a|b$", &["a", "b"], &["ax", "xb"]),
        (r"a\$", &["a$"], &["a"]),
        (r"a{name}", &["a{name}"], &["a"]),
        (r"a{2}b{1,}c{0,1}", &["aab", "aabbc"], &["ab"]),
        (r"a{,2}", &["a{,2}"], &["a", "aa"]),
        (r"\<a\>", &["<a>"], &["a"]),
        (r"\Qa.b\E.", &["a.bc"], &["axbc"]),
        (r"\Qä|(", &["ä|("], &["ä"]),
        (r"\Q\E\Q.\Ea", &[".a"], &["ba"]),
        (r"\x41\x{e4}", &["Aä"], &["a"]),
        (r"[\x41-\x43]", &["B"], &["D"]),
        (r"(?:a)(b)?(?U:c+)", &["ac", "abcc"], &["b"]),
        (r"a#b c", &["a#b c"], &["a"]),
    ];
    for (regex, matching, others) in cases {
        let router =
            Router::new([Pattern::regex(*regex)]).unwrap_or_else(|e| panic!("{regex}: {e}"));
        for path in *matching {
            assert!(router.route(path).is_some(), "{regex} has to match {path:?}");
        }
        for path in *others {
            assert!(router.route(path).is_none(), "{regex} must not match {path:?}");
        }
    }
}

#[test]
fn named_groups_are_parameters_even_when_they_took_no_part() {
    type Case = (&'static str, &'static str, &'static [(&'static str, &'static str)]);
    let cases: &[Case] = &[
        (r"role/(?P<name>\w(([\w-.]+)?\w)?)", "role/a-b", &[("name", "a-b")]),
        (r"creds(/(?P<name>.+))?", "creds", &[("name", "")]),
        (r"creds(/(?P<name>.+))?", "creds/x/y", &[("name", "x/y")]),
        (r"(?<a>x)|(?P<b>y)", "y", &[("a", ""), ("b", "y")]),
        (r"(?P<a>.+)/(?P<b>.+)", "x/y/z", &[("a", "x/y"), ("b", "z")]),
        (r"(?P<a>.+?)/(?P<b>.+)", "x/y/z", &[("a", "x"), ("b", "y/z")]),
        (r"(?P<a>.)(?P<b>.*)", "äöü", &[("a", "ä"), ("b", "öü")]),
        (
            r"(?P<a>a)(?P<b>b)(?P<c>c)(?P<d>d)(?P<e>e)",
            "abcde",
            &[("a", "a"), ("b", "b"), ("c", "c"), ("d", "d"), ("e", "e")],
        ),
    ];
    for (regex, path, expected) in cases {
        let found = values(Pattern::regex(*regex), path);
        assert_eq!(found, Some(owned(expected)), "{regex} with {path}");
    }
}

#[test]
fn what_go_has_and_we_do_not_is_refused_by_name() {
    let cases = [
        ("(?i)a", "flag `i`"),
        ("(?x)a", "flag `x`"),
        ("(?=a)", "look-around"),
        ("(?<!a)", "look-around"),
        (r"\pL", r"`\p` is not an escape"),
        (r"\1", r"`\1` is not an escape"),
        (r"a\", "backslash"),
        ("[a", "not closed"),
        ("[z-a]", "invalid character class range"),
        (r"[a-\d]", "a range"),
        ("(a", "unclosed group"),
        ("a)", "unopened group"),
        ("*", "repetition operator missing expression"),
        ("(?P<>a)", "empty capture group name"),
        ("((a{1000}){1000}){9}(?P<x>b)", "exceeded limit"),
    ];
    for (regex, reason) in cases {
        let error = Router::new([Pattern::regex(regex)]).expect_err(regex);
        let message = error.to_string();
        assert!(matches!(error, PatternError::Regex { .. }), "{regex}: {message}");
        assert!(message.starts_with(&format!("path regex `{regex}`: ")), "{message}");
        assert!(message.contains(reason), "{message}");
    }
    let error = Router::new([Pattern::regex("(?P<a>x)/(?P<a>y)")]).expect_err("two names");
    let pattern = "(?P<a>x)/(?P<a>y)".to_owned();
    assert_eq!(error, PatternError::DuplicateParameter { pattern, name: "a".to_owned() });
}

#[test]
fn long_paths_are_matched_up_to_the_limit() {
    let router = Router::new([Pattern::regex("x/(?P<rest>.*)")]).expect("a router");
    for length in [1, 4_000, 5_000, 1 << 19, (1 << 20) - 2] {
        let path = format!("x/{}", "y".repeat(length));
        let found = router.route(&path).unwrap_or_else(|| panic!("no match with {length}"));
        assert_eq!(found.capture("rest").map(str::len), Some(length));
    }
    assert!(router.route(&format!("x/{}", "y".repeat(1 << 20))).is_none());
    assert!(router.route("x/y").is_some());
}

#[test]
fn depth_is_refused_before_it_takes_the_stack() {
    let nested = |depth: usize| {
        let open: String = (0..depth).map(|number| format!("(?P<p{number}>")).collect();
        format!("{open}b{}", "){2,}".repeat(depth))
    };
    assert!(Router::new([Pattern::regex(nested(4))]).is_ok());
    let refused = Router::new([Pattern::regex(nested(120))]).unwrap_err();
    assert!(matches!(refused, PatternError::Regex { .. }), "{refused}");
    let quotes = format!("{}a", r"\Q\E".repeat(10_000));
    assert!(Router::new([Pattern::regex(quotes)]).unwrap().route("a").is_some());
}
