//! The texts of `path-help`, in the layout of servers' own backends.

use super::{Declaration, DeclaredPath, parameters};

const NO_SYNOPSIS: &str = "<no synopsis>";
const NO_DESCRIPTION: &str = "<no description>";
const DEPRECATED: &str = "(DEPRECATED) ";

/// Describes the backend and lists its paths.
pub(super) fn of_backend(declaration: &Declaration<'_>) -> String {
    let mut routes: Vec<_> =
        declaration.paths.iter().map(|path| (path.pattern.anchored_regex(), path)).collect();
    routes.sort_by(|(one, _), (other, _)| one.cmp(other));

    let description = or(declaration.description, NO_DESCRIPTION);
    let mut help = format!(
        "## DESCRIPTION\n\n{description}\n\n## PATHS\n\n\
         These are the paths of this backend, as regular expressions. Help on one of them is\n\
         shown for any path that matches it. Whether you may use a path depends on your\n\
         token's policies."
    );
    for (route, path) in routes {
        help.push_str("\n\n");
        help.push_str(&indented(4, &route));
        help.push('\n');
        help.push_str(&indented(8, &synopsis(path)));
    }
    help
}

/// Describes one path and the parameters that it takes.
pub(super) fn of_path(path: &DeclaredPath<'_>, requested: &str) -> String {
    let mut help = format!(
        "Request:        {requested}\nMatching Route: {}\n\n{}",
        path.pattern.anchored_regex(),
        synopsis(path),
    );
    let parameters = parameters::of(path);
    if !parameters.is_empty() {
        help.push_str("\n\n## PARAMETERS");
    }
    for (name, parameter) in parameters {
        let mark = if parameter.is_deprecated() { DEPRECATED } else { "" };
        let description = parameter.description().unwrap_or(NO_DESCRIPTION);
        help.push_str(&format!("\n\n    {name} ({})\n\n", parameter.label()));
        help.push_str(&indented(8, &format!("{mark}{description}")));
    }
    help.push_str("\n\n## DESCRIPTION\n\n");
    help.push_str(or(&path.attributes.description, NO_DESCRIPTION));
    help
}

fn synopsis(path: &DeclaredPath<'_>) -> String {
    let mark = if path.attributes.deprecated { DEPRECATED } else { "" };
    format!("{mark}{}", or(&path.attributes.synopsis, NO_SYNOPSIS))
}

fn or<'a>(text: &'a str, placeholder: &'a str) -> &'a str {
    match text.trim() {
        "" => placeholder,
        text => text,
    }
}

/// Prefixes each line with `blanks` blanks, except empty lines.
fn indented(blanks: usize, text: &str) -> String {
    let lines = text.lines().map(str::trim_end).map(|line| match line {
        "" => String::new(),
        line => format!("{:blanks$}{line}", ""),
    });
    lines.collect::<Vec<_>>().join("\n")
}
