//! The first sentences of functions' doc comments.

use std::fmt;

use super::verbs;

/// The first line of a function's doc comment.
#[derive(Debug)]
pub(super) struct Summary {
    path: String,
    line: usize,
    text: String,
}

impl Summary {
    /// Returns whether the sentence starts with a verb in the third person.
    pub(super) fn starts_with_verb(&self) -> bool {
        let word = self.text.split(|mark: char| !mark.is_alphabetic()).next().unwrap_or("");
        verbs::contains(word)
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.text)
    }
}

/// Returns the first lines of all functions' doc comments, those of a file's unit tests left out.
pub(super) fn of(path: &str, source: &str) -> Vec<Summary> {
    let mut summaries = Vec::new();
    let mut first: Option<(usize, &str)> = None;
    let mut attribute = 0;
    let lines: Vec<_> = source.lines().map(str::trim).collect();
    for (index, line) in lines.iter().enumerate() {
        let next = lines.get(index + 1).copied().unwrap_or("");
        if *line == "#[cfg(test)]" && next.starts_with("mod ") && next.ends_with('{') {
            break;
        }
        if attribute > 0 || line.starts_with("#[") {
            attribute += balance(line);
        } else if let Some(text) = line.strip_prefix("///") {
            first.get_or_insert((index + 1, text.trim()));
        } else {
            if let Some((line_number, text)) = first.take()
                && is_function(line)
            {
                summaries.push(Summary { path: path.into(), line: line_number, text: text.into() });
            }
            attribute = 0;
        }
    }
    summaries
}

/// Returns how many more brackets a line opens than it closes.
fn balance(line: &str) -> isize {
    line.chars().map(|mark| isize::from(mark == '[') - isize::from(mark == ']')).sum()
}

/// Returns whether a line starts the signature of a function.
fn is_function(line: &str) -> bool {
    let Some((before, _)) = line.split_once("fn ") else { return false };
    before.split_whitespace().all(|word| {
        matches!(word, "pub" | "const" | "async" | "unsafe" | "extern" | "default" | "\"C\"")
            || word.starts_with("pub(")
            || word.ends_with(')')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<(String, bool)> {
        let summaries = of("a.rs", source);
        summaries.into_iter().map(|it| (it.text.clone(), it.starts_with_verb())).collect()
    }

    #[test]
    fn functions_of_every_visibility_are_found() {
        let source = "/// Returns it.\n///\n/// More.\n#[must_use]\npub fn a() {}\n\
                      /// The name.\n#[expect(\n  unused,\n  reason = \"b\"\n)]\n\
                      pub(in crate::b) const fn b() {}\n    /// Sends it.\n    async fn c();";
        let expected = [("Returns it.", true), ("The name.", false), ("Sends it.", true)];
        assert_eq!(texts(source), expected.map(|(text, verb)| (text.to_owned(), verb)));
    }

    #[test]
    fn other_items_and_unit_tests_are_left_out() {
        let source = "/// A type.\nstruct A;\n/// A pointer.\ntype B = fn ();\nfn undocumented() {}\n\
                      #[cfg(test)]\nmod tests {\n    /// The name.\n    fn c() {}\n}";
        assert_eq!(texts(source), []);
    }

    #[test]
    fn an_attribute_of_several_lines_is_skipped() {
        let source =
            "/// Sets it.\n#[cfg_attr(\n    feature = \"a\",\n    doc = \"b\"\n)]\nfn a() {}";
        assert_eq!(texts(source).len(), 1);
    }
}
