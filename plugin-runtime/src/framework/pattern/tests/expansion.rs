use crate::framework::pattern::Pattern;

fn paths(pattern: &Pattern) -> Option<Vec<String>> {
    Some(pattern.expand()?.into_iter().map(|one| one.path).collect())
}

#[test]
fn templates_expand_to_openapi_paths() {
    let cases: &[(&str, &[&str])] = &[
        ("config", &["config"]),
        ("", &[""]),
        ("role/?", &["role"]),
        ("role/", &["role/"]),
        ("role/{name}", &["role/{name}"]),
        ("user/{name:at}/x", &["user/{name}/x"]),
        ("data/{path*}", &["data/{path}"]),
        ("creds{/name?}", &["creds", "creds/{name}"]),
        ("{a}{/b?}/?", &["{a}", "{a}/{b}"]),
    ];
    for (template, expected) in cases {
        let expanded = paths(&(*template).into());
        assert_eq!(expanded.as_deref(), Some(&expected.map_str()[..]), "{template}");
    }
}

#[test]
fn regexes_expand_as_in_the_go_sdk() {
    let cases: &[(&str, Option<&[&str]>)] = &[
        ("rotate", Some(&["rotate"])),
        ("^rotate$", Some(&["rotate"])),
        ("roles/?", Some(&["roles"])),
        (r"roles/(?P<name>\w(([\w-.]+)?\w)?)", Some(&["roles/{name}"])),
        ("creds(/(?P<name>.+))?", Some(&["creds", "creds/{name}"])),
        (
            "keys/generate/(internal|exported|kms)",
            Some(&["keys/generate/internal", "keys/generate/exported", "keys/generate/kms"]),
        ),
        ("(pem|pam)", Some(&["pem", "pam"])),
        (
            "issuer/(?P<ref>.+)/crl(/pem|/der|/delta(/pem|/der)?)?",
            Some(&[
                "issuer/{ref}/crl",
                "issuer/{ref}/crl/pem",
                "issuer/{ref}/crl/der",
                "issuer/{ref}/crl/delta",
                "issuer/{ref}/crl/delta/pem",
                "issuer/{ref}/crl/delta/der",
            ]),
        ),
        ("a/?b", Some(&["ab", "a/b"])),
        (r"ca\.crl", Some(&["ca.crl"])),
        ("ca[.]crl", Some(&["ca.crl"])),
        (r"a\b(?:x|y)", Some(&["ax", "ay"])),
        ("x?", Some(&["x"])),
        (".*", None),
        ("a+", None),
        ("[ab]", None),
        (r"\w", None),
        ("a{2}", None),
        ("role/.+/(?P<x>y)", None),
        ("(a?b?){1}", None),
        ("a?b?c?d?e?f?g?h?i?j?k?l?m?", None),
    ];
    for (regex, expected) in cases {
        let expanded = paths(&Pattern::regex(*regex));
        assert_eq!(expanded, expected.map(MapStr::map_str), "{regex}");
    }
}

#[test]
fn each_expanded_path_knows_its_own_parameters() {
    let parameters = |pattern: Pattern| {
        let expanded = pattern.expand().expect("an expansion");
        expanded.into_iter().map(|one| one.parameters).collect::<Vec<_>>()
    };
    let expected = [vec!["a".to_owned()], vec!["a".to_owned(), "b".to_owned()]];
    assert_eq!(parameters("{a}{/b?}".into()), expected);
    assert_eq!(parameters(Pattern::regex("(?P<a>.+)(/(?P<b>.+))?")), expected);
}

#[test]
fn help_shows_the_regex_of_the_go_sdk() {
    let templates = [
        ("config", "^config$"),
        ("", "^$"),
        ("role/?", "^role/?$"),
        ("role/{name}", r"^role/(?P<name>\w(([\w-.]+)?\w)?)$"),
        ("{n:at}/x", r"^(?P<n>\w(([\w-.@]+)?\w)?)/x$"),
        ("creds{/name?}", r"^creds(/(?P<name>\w(([\w-.]+)?\w)?))?$"),
        ("a{/b+?}", r"^a(/(?P<b>.+))?$"),
        ("data/{path*}", r"^data/(?P<path>.*)$"),
        ("ca.crl", r"^ca\.crl$"),
    ];
    for (template, expected) in templates {
        assert_eq!(Pattern::from(template).anchored_regex(), expected);
    }
    let regexes = [
        ("a", "^a$"),
        ("^a", "^a$"),
        ("a$", "^a$"),
        (r"a\$", r"^a\$$"),
        (r"a\\$", r"^a\\$"),
        ("(a|b)", "^(a|b)$"),
        ("a|b", "^(?:a|b)$"),
        ("^a|b$", "^(?:^a|b$)$"),
    ];
    for (regex, expected) in regexes {
        assert_eq!(Pattern::regex(regex).anchored_regex(), expected);
    }
}

trait MapStr {
    fn map_str(self) -> Vec<String>;
}

impl MapStr for &[&str] {
    fn map_str(self) -> Vec<String> {
        self.iter().map(|&text| text.to_owned()).collect()
    }
}
