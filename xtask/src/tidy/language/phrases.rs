//! Words and phrases that this project does not use, and what to write instead.

use super::text::{self, Kind, Token};

/// A phrase at a place.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) line: usize,
    pub(super) phrase: &'static str,
    pub(super) instead: &'static str,
}

/// Phrases in lower case, and what to write instead.
const PHRASES: &[(&str, &str)] = &[
    ("nobody", "\"no one\", or name who: \"no client\", \"no process\""),
    ("nobody's", "\"no one's\", or name who"),
    ("somebody", "\"someone\", or name who: \"a client\", \"another process\""),
    ("somebody's", "\"someone's\", or name who"),
    ("anybody", "\"anyone\", or name who"),
    ("everybody's", "\"public\", \"committed\", or what is meant"),
    ("whoever", "\"callers that\", \"anyone who\", or name who"),
    ("whomever", "name who"),
    ("stranger", "\"an untrusted client\", \"another process\""),
    ("strangers", "\"untrusted clients\", \"other processes\""),
    ("anew", "\"again\""),
    ("mend", "\"fix\""),
    ("mends", "\"fixes\""),
    ("mended", "\"fixed\""),
    ("mending", "\"fixing\""),
    ("be had", "\"is available\", \"can be read\""),
    ("in place of", "\"instead of\""),
    ("told of", "\"reported\", \"warned about\""),
    ("tells of", "\"reports\""),
    ("tell of", "\"report\""),
    ("to be told", "\"to know\", \"is reported\""),
    ("of others", "name what: \"of other mounts\""),
    ("by hand of", "\"by\""),
    ("at the hands of", "\"by\""),
    ("lest", "\"so that … not\""),
    ("thereof", "\"of it\""),
    ("whence", "\"from which\""),
    ("whither", "\"to which\""),
    ("hither", "\"here\""),
    ("wherein", "\"in which\""),
    ("whereby", "\"by which\""),
    ("hereby", "nothing"),
    ("herein", "\"here\""),
    ("upon", "\"on\""),
    ("unto", "\"to\""),
    ("amidst", "\"among\""),
    ("ought", "\"should\""),
    ("has no form in", "\"cannot be serialized as\""),
    ("have no form in", "\"cannot be serialized as\""),
    ("makes no sense", "\"invalid\", and why"),
    ("make no sense", "\"invalid\", and why"),
    ("makes sense of", "\"parses\", \"understands\""),
    ("worth a word", "what happens: \"failures are only logged\""),
    ("give cause", "\"cause\""),
    ("gives cause", "\"causes\""),
    ("belongs into", "\"belongs in\""),
    ("belong into", "\"belong in\""),
    ("comes to nothing", "\"has no effect\", \"fails\""),
    ("come to nothing", "\"have no effect\", \"fail\""),
    ("goes its way", "\"continues\""),
    ("go their way", "\"continue\""),
    ("for want of", "\"for lack of\", \"because … is missing\""),
    ("no more than that", "\"only that\""),
    ("all of whose", "two sentences"),
    ("every one of which", "two sentences"),
    ("whatever becomes of", "\"even if\""),
    ("what becomes of", "\"what happens to\""),
    ("what became of", "\"what happened to\", \"the outcome of\""),
    ("comes of", "\"results from\""),
    ("came of", "\"resulted from\""),
    ("tries whether", "\"checks whether\""),
    ("try whether", "\"check whether\""),
    ("knows nothing of", "\"does not know\""),
    ("knows of", "\"knows\""),
    ("hears of", "\"learns about\", \"is notified of\""),
    ("hear of", "\"learn about\", \"are notified of\""),
    ("hears nothing", "\"is not notified\""),
    ("there being", "\"if there is\""),
    ("that nothing was there", "\"if nothing was there\""),
    ("counts for nothing", "\"is ignored\""),
    ("no longer than", "\"at most … long\""),
    ("its own words", "\"its error text\""),
    ("without a word", "\"silently\""),
    ("nothing to say", "\"no output\""),
    ("has its way", "\"wins\""),
    ("no good", "\"invalid\""),
    ("at one's", "\"at your\""),
    ("of one's own", "\"your own\""),
    ("at its hands", "\"by it\""),
    ("for good", "\"permanently\""),
    ("better of", "\"better with\""),
    ("gets nowhere", "\"fails\""),
    ("lies around", "\"encloses\", \"is left over\""),
    ("lie around", "\"enclose\", \"are left over\""),
    ("stands beside", "\"is next to\""),
    ("costs dear", "\"is expensive\""),
];

/// Words before and after which "is no", "is none" and their plurals are plain English.
const BEFORE: [&str; 3] = ["there", "here", "and"];
const AFTER: [&str; 5] = ["longer", "more", "less", "different", "better"];

/// Texts that quote a server or the Go SDK: the start of the path, the phrase, the reason.
const QUOTED: &[(&str, &str, &str)] = &[];

/// Returns the phrases in a file.
pub(super) fn find(path: &str, content: &str, kind: Kind) -> Vec<Finding> {
    let tokens = text::tokens(content, kind);
    let mut findings = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let after = tokens.get(at..).unwrap_or(&[]);
        let listed = PHRASES.iter().filter(|(phrase, _)| starts_with(after, phrase));
        findings.extend(listed.map(|&(phrase, instead)| Finding {
            line: token.line,
            phrase,
            instead,
        }));
        if is_no(&tokens, at) {
            let instead = "\"is not a\", \"is not\"";
            findings.push(Finding { line: token.line, phrase: "is no", instead });
        }
    }
    findings.retain(|finding| {
        !QUOTED
            .iter()
            .any(|(start, phrase, _)| path.starts_with(start) && *phrase == finding.phrase)
    });
    findings
}

fn starts_with(tokens: &[Token], phrase: &str) -> bool {
    let mut tokens = tokens.iter();
    phrase.split(' ').all(|word| tokens.next().is_some_and(|token| token.text == word))
}

/// Returns whether "is no" or "are no" stands here where "is not" should: "which is no error", but
/// not "there is no error" or "is no longer".
fn is_no(tokens: &[Token], at: usize) -> bool {
    let word = |index: usize| tokens.get(index).map_or("", |token| token.text.as_str());
    matches!(word(at), "is" | "are")
        && matches!(word(at + 1), "no" | "none")
        && !AFTER.contains(&word(at + 2))
        && !at.checked_sub(1).is_some_and(|before| BEFORE.contains(&word(before)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(comment: &str) -> Vec<&'static str> {
        let findings = find("a.rs", &format!("// {comment}"), Kind::Rust);
        findings.iter().map(|finding| finding.phrase).collect()
    }

    #[test]
    fn phrases_are_found_in_any_case_and_as_whole_words() {
        assert_eq!(found("Nobody mends it anew."), ["nobody", "mends", "anew"]);
        assert!(found("recommended, amend, renewed, is_no_error").is_empty());
    }

    #[test]
    fn a_phrase_may_span_lines() {
        let findings = find("a.rs", "fn a() {}\n/// in place\n/// of it", Kind::Rust);
        assert_eq!(findings.iter().map(|finding| finding.line).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn punctuation_ends_a_phrase() {
        assert!(found("put it in place. Of course").is_empty());
    }

    #[test]
    fn code_is_not_searched() {
        assert!(find("a.rs", "let anew = mend();", Kind::Rust).is_empty());
    }

    #[test]
    fn only_a_negated_noun_is_refused() {
        assert_eq!(found("A key that does not exist is no error."), ["is no"]);
        assert_eq!(found("The name is none."), ["is no"]);
        assert!(found("There is no error, there is none, and it is no longer there.").is_empty());
    }

    #[test]
    fn phrases_are_lower_case_and_unique() {
        for (index, (phrase, _)) in PHRASES.iter().enumerate() {
            assert_eq!(*phrase, phrase.to_lowercase());
            assert!(!PHRASES.iter().skip(index + 1).any(|(other, _)| other == phrase), "{phrase}");
        }
    }
}
