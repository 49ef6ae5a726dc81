use super::{
    super::error::{PatternError, TemplateFault},
    Kind, Parameter, Segment, Template,
};

impl Template {
    /// Parses a template; the syntax is in the documentation of
    /// [`Pattern`](crate::framework::pattern::Pattern).
    pub(in super::super) fn parse(pattern: &str) -> Result<Self, PatternError> {
        let refused = |fault| PatternError::Template { pattern: pattern.to_owned(), fault };

        let (text, optional_slash) =
            pattern.strip_suffix("/?").map_or((pattern, false), |text| (text, true));
        let (text, optional) = split_optional(text).map_err(refused)?;
        let has_more = optional_slash || optional.is_some();
        if text.starts_with('/') || (text.is_empty() && has_more) {
            return Err(PatternError::LeadingSlash { pattern: pattern.to_owned() });
        }

        let count = text.split('/').count();
        let mut segments = Vec::with_capacity(count);
        for (position, segment) in text.split('/').enumerate() {
            let last = position + 1 == count;
            if segment.is_empty() && (!last || has_more) {
                return Err(refused(TemplateFault::EmptySegment));
            }
            let segment = parse_segment(segment).map_err(refused)?;
            if let Segment::Parameter(Parameter { name, kind }) = &segment
                && kind.is_rest()
                && (!last || has_more)
            {
                return Err(refused(TemplateFault::RestNotLast { name: name.to_string() }));
            }
            segments.push(segment);
        }
        if let Some(Parameter { name, kind }) = &optional
            && kind.is_rest()
            && optional_slash
        {
            return Err(refused(TemplateFault::RestNotLast { name: name.to_string() }));
        }

        let template = Self { segments, optional, optional_slash };
        let names: Vec<_> = template.parameters().map(|parameter| &*parameter.name).collect();
        for (position, name) in names.iter().enumerate() {
            if names[..position].contains(name) {
                return Err(PatternError::DuplicateParameter {
                    pattern: pattern.to_owned(),
                    name: (*name).to_owned(),
                });
            }
        }
        Ok(template)
    }
}

/// Splits `{/name?}` off the end.
fn split_optional(text: &str) -> Result<(&str, Option<Parameter>), TemplateFault> {
    let Some(open) = text.find("{/") else { return Ok((text, None)) };
    let Some(inner) =
        text[open + 2..].strip_suffix('}').filter(|inner| !inner.contains(['{', '}']))
    else {
        return Err(TemplateFault::OptionalNotLast);
    };
    let Some(name) = inner.strip_suffix('?') else {
        return Err(TemplateFault::Parameter { text: format!("/{inner}") });
    };
    Ok((&text[..open], Some(parse_parameter(name)?)))
}

fn parse_segment(segment: &str) -> Result<Segment, TemplateFault> {
    let inner = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    if let Some(inner) = inner.filter(|inner| !inner.contains(['{', '}'])) {
        return Ok(Segment::Parameter(parse_parameter(inner)?));
    }
    if let Some(parameter) = foreign_parameter(segment) {
        let segment = segment.to_owned();
        return Err(TemplateFault::ForeignParameter { segment, parameter });
    }
    for character in segment.chars() {
        match character {
            '*' | '+' | '?' | '(' | ')' | '[' | ']' | '<' | '>' | '|' | '^' | '$' | '\\' => {
                return Err(TemplateFault::Character { character });
            }
            '{' | '}' => {
                return Err(TemplateFault::PartialParameter { segment: segment.to_owned() });
            }
            _ if character.is_control() => return Err(TemplateFault::ControlCharacter),
            _ => {}
        }
    }
    Ok(Segment::Literal(segment.into()))
}

/// Returns the parameter that a segment is in other routers: `:name`, `<name>`, `<int:name>`,
/// `*path`, `$name`, `[name]` and `{{name}}` are parameters there.
fn foreign_parameter(segment: &str) -> Option<String> {
    let between = |open: char, close: char| {
        segment.strip_prefix(open).and_then(|rest| rest.strip_suffix(close))
    };
    let (name, mark) = if let Some(name) = segment.strip_prefix('*') {
        (name, "*")
    } else if segment == "+" {
        ("", "")
    } else if let Some(name) = segment.strip_prefix(':') {
        (name.trim_end_matches(':'), "")
    } else if let Some(inner) = between('<', '>') {
        (inner.rsplit(':').next().unwrap_or(inner), "")
    } else if let Some(inner) = segment.strip_prefix("{{").and_then(|s| s.strip_suffix("}}")) {
        (inner, "")
    } else if let Some(inner) = between('[', ']') {
        match inner.trim_start_matches("...") {
            rest if rest.len() < inner.len() => (rest, "*"),
            name => (name, ""),
        }
    } else {
        (segment.strip_prefix('$')?, "")
    };
    let unnamed = if mark.is_empty() { "name" } else { "path" };
    let name = if is_name(name.trim()) { name.trim() } else { unnamed };
    Some(format!("{{{name}{mark}}}"))
}

fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && text.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}

fn parse_parameter(text: &str) -> Result<Parameter, TemplateFault> {
    let (name, kind) = if let Some(name) = text.strip_suffix('*') {
        (name, Kind::Rest)
    } else if let Some(name) = text.strip_suffix('+') {
        (name, Kind::NonEmptyRest)
    } else if let Some(name) = text.strip_suffix(":at") {
        (name, Kind::NameWithAt)
    } else {
        (text, Kind::Name)
    };
    if is_name(name) {
        Ok(Parameter { name: name.into(), kind })
    } else {
        Err(TemplateFault::Parameter { text: text.to_owned() })
    }
}
