use super::{owned, values};
use crate::framework::pattern::{Pattern, PatternError, Router, TemplateFault};

#[test]
fn templates_match_whole_paths_and_give_their_parameters() {
    type Case = (&'static str, &'static str, Option<&'static [(&'static str, &'static str)]>);
    let cases: &[Case] = &[
        ("config", "config", Some(&[])),
        ("config", "config/", None),
        ("config", "configs", None),
        ("config", "Config", None),
        ("", "", Some(&[])),
        ("", "x", None),
        ("role/{name}", "role/a", Some(&[("name", "a")])),
        ("role/{name}", "role/a-b.c_D9", Some(&[("name", "a-b.c_D9")])),
        ("role/{name}", "role/a-", None),
        ("role/{name}", "role/.a", None),
        ("role/{name}", "role/-", None),
        ("role/{name}", "role/a@b", None),
        ("role/{name}", "role/ä", None),
        ("role/{name}", "role/a b", None),
        ("role/{name}", "role/", None),
        ("role/{name}", "role", None),
        ("role/{name}", "role/a/b", None),
        ("role/{name}", "role/a/", None),
        ("{name}", "a", Some(&[("name", "a")])),
        ("{name}", "", None),
        ("user/{name:at}", "user/a@b.c", Some(&[("name", "a@b.c")])),
        ("user/{name:at}", "user/@b", None),
        ("user/{name:at}", "user/a@", None),
        ("{a}/{b}/creds", "x/y/creds", Some(&[("a", "x"), ("b", "y")])),
        ("{a}/{b}/creds", "x//creds", None),
        ("data/{path*}", "data/a/b/c", Some(&[("path", "a/b/c")])),
        ("data/{path*}", "data/a/", Some(&[("path", "a/")])),
        ("data/{path*}", "data/", Some(&[("path", "")])),
        ("data/{path*}", "data/ä ö", Some(&[("path", "ä ö")])),
        ("data/{path*}", "data/a\nb", None),
        ("data/{path*}", "data", None),
        ("{path*}", "", Some(&[("path", "")])),
        ("{path*}", "a/b", Some(&[("path", "a/b")])),
        ("{path+}", "", None),
        ("{path+}", "a", Some(&[("path", "a")])),
        ("data/{path+}", "data/", None),
        ("data/{path+}", "data/a\n", None),
        ("role/?", "role", Some(&[])),
        ("role/?", "role/", Some(&[])),
        ("role/?", "role//", None),
        ("role/", "role/", Some(&[])),
        ("role/", "role", None),
        ("{name}/?", "x/", Some(&[("name", "x")])),
        ("{name}/?", "x", Some(&[("name", "x")])),
        ("creds{/name?}", "creds", Some(&[("name", "")])),
        ("creds{/name?}", "creds/x", Some(&[("name", "x")])),
        ("creds{/name?}", "creds/", None),
        ("creds{/name?}", "creds/x/", None),
        ("creds{/name?}", "creds/x@y", None),
        ("creds{/name:at?}", "creds/x@y", Some(&[("name", "x@y")])),
        ("creds{/name?}/?", "creds", Some(&[("name", "")])),
        ("creds{/name?}/?", "creds/", Some(&[("name", "")])),
        ("creds{/name?}/?", "creds/x/", Some(&[("name", "x")])),
        ("{a}{/b?}", "x", Some(&[("a", "x"), ("b", "")])),
        ("{a}{/b?}", "x/y", Some(&[("a", "x"), ("b", "y")])),
        ("kv{/path*?}", "kv", Some(&[("path", "")])),
        ("kv{/path*?}", "kv/", Some(&[("path", "")])),
        ("kv{/path*?}", "kv/a/b", Some(&[("path", "a/b")])),
        ("kv{/path+?}", "kv", Some(&[("path", "")])),
        ("kv{/path+?}", "kv/", None),
        ("ca.crl", "ca.crl", Some(&[])),
        ("ca.crl", "caxcrl", None),
        ("a b/ä", "a b/ä", Some(&[])),
    ];
    for (template, path, expected) in cases {
        let found = values(*template, path);
        assert_eq!(found, expected.map(owned), "{template} with {path:?}");
    }
}

#[test]
fn more_parameters_than_fit_in_place_are_all_there() {
    let found = values("{a}/{b}/{c}/{d}/{e}/{f*}", "1/2/3/4/5/6/7").expect("a match");
    let expected = [("a", "1"), ("b", "2"), ("c", "3"), ("d", "4"), ("e", "5"), ("f", "6/7")];
    assert_eq!(found, owned(&expected));
}

#[test]
fn a_text_that_is_no_template_is_refused_with_the_reason() {
    let segment = |segment: &str| TemplateFault::PartialParameter { segment: segment.to_owned() };
    let parameter = |text: &str| TemplateFault::Parameter { text: text.to_owned() };
    let rest = |name: &str| TemplateFault::RestNotLast { name: name.to_owned() };
    let foreign = |segment: &str, parameter: &str| TemplateFault::ForeignParameter {
        segment: segment.to_owned(),
        parameter: parameter.to_owned(),
    };
    let cases = [
        ("a//b", TemplateFault::EmptySegment),
        ("a//?", TemplateFault::EmptySegment),
        ("a//", TemplateFault::EmptySegment),
        ("a/{/b?}", TemplateFault::EmptySegment),
        ("v{n}", segment("v{n}")),
        ("{a}-{b}", segment("{a}-{b}")),
        ("a/{b", segment("{b")),
        ("a}", segment("a}")),
        ("{}", parameter("")),
        ("{a-b}", parameter("a-b")),
        ("{1}", parameter("1")),
        ("{ä}", parameter("ä")),
        ("{a?}", parameter("a?")),
        ("{a:lower}", parameter("a:lower")),
        ("a{/b}", parameter("/b")),
        ("a{/?}", parameter("")),
        ("{a*}/b", rest("a")),
        ("{a+}/?", rest("a")),
        ("b{/a*?}/?", rest("a")),
        ("{a*}{/b?}", rest("a")),
        ("a{/b?}/c", TemplateFault::OptionalNotLast),
        ("a{/b?}{/c?}", TemplateFault::OptionalNotLast),
        ("role/(?P<name>.*)", TemplateFault::Character { character: '(' }),
        ("role/.*", TemplateFault::Character { character: '*' }),
        ("role$", TemplateFault::Character { character: '$' }),
        ("a?", TemplateFault::Character { character: '?' }),
        ("a\\.b", TemplateFault::Character { character: '\\' }),
        ("role/<a>.json", TemplateFault::Character { character: '<' }),
        ("a\nb", TemplateFault::ControlCharacter),
        ("role/:name", foreign(":name", "{name}")),
        (":a/b", foreign(":a", "{a}")),
        ("role/:", foreign(":", "{name}")),
        ("role/<name>", foreign("<name>", "{name}")),
        ("role/<int:version>/?", foreign("<int:version>", "{version}")),
        ("role/[name]", foreign("[name]", "{name}")),
        ("role/[...path]", foreign("[...path]", "{path*}")),
        ("role/{{name}}", foreign("{{name}}", "{name}")),
        ("role/$name", foreign("$name", "{name}")),
        ("role/*", foreign("*", "{path*}")),
        ("role/*path", foreign("*path", "{path*}")),
        ("role/+", foreign("+", "{name}")),
        ("role/:a-b", foreign(":a-b", "{name}")),
    ];
    for (template, fault) in cases {
        let error = Router::new([template]).expect_err(template);
        let pattern = template.to_owned();
        assert_eq!(error, PatternError::Template { pattern, fault }, "{template}");
    }
}

#[test]
fn a_leading_slash_is_refused() {
    for template in ["/config", "/", "/?", "{/name?}", "//a"] {
        let error = Router::new([template]).expect_err(template);
        assert_eq!(error, PatternError::LeadingSlash { pattern: template.to_owned() });
    }
}

#[test]
fn two_parameters_of_one_name_are_refused() {
    for template in ["{a}/{a}", "{a}/{b}/{a:at}", "{a}{/a?}", "{a}/{a*}"] {
        let error = Router::new([template]).expect_err(template);
        let pattern = template.to_owned();
        assert_eq!(error, PatternError::DuplicateParameter { pattern, name: "a".to_owned() });
    }
}

#[test]
fn messages_name_the_pattern_and_the_way_out() {
    let message = |template: &str| Router::new([template]).expect_err(template).to_string();
    assert_eq!(
        message("v{n}/x"),
        "path `v{n}/x`: `{…}` must fill the segment between two slashes, unlike in `v{n}`: use \
         Pattern::regex for anything else"
    );
    assert_eq!(
        message("{a:lower}"),
        "path `{a:lower}`: `{a:lower}` is not a parameter: write {name}, {name:at}, {name*}, \
         {name+} or, at the end, {/name?}; a name has ASCII letters, digits and `_`, and no digit \
         first"
    );
    assert_eq!(
        message("{a*}/b"),
        "path `{a*}/b`: `{a}` takes the rest of the path, so nothing can follow it"
    );
}

#[test]
fn parameter_names_come_in_the_order_of_the_pattern() {
    let names = |pattern: &Pattern| pattern.param_names().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(names(&"{z}/x/{b:at}{/a?}".into()), ["z", "b", "a"]);
    assert_eq!(names(&Pattern::regex("(?P<z>a)(b(?P<c>.))?(?P<a>.*)")), ["z", "c", "a"]);
    assert!(names(&"config".into()).is_empty());
    assert!(names(&"{broken".into()).is_empty());
}
