//! Checks whether a value is within the limits of its schema.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;

use serde_json::Value as Json;

use super::limit::{Amount, Limit};
use super::node::{Form, Id, Listed, Node};
use crate::fields::FieldError;
use crate::fields::coerce::{self, Pair};
use crate::fields::input::Input;

/// A limit that a value exceeds, and where in its field.
#[derive(Debug)]
pub(super) struct Broken {
    /// The field, then the names and positions within it.
    pub(super) path: Vec<String>,
    reason: String,
    /// The list that does not contain the text.
    pub(super) listed: Option<Listed>,
}

impl Broken {
    /// Returns whether the type may accept more values than its schema lists.
    pub(super) fn is_choice(&self) -> bool {
        self.listed.is_some()
    }

    pub(super) fn into_error(self) -> FieldError {
        FieldError::OutOfLimits { field: self.path.join("."), reason: self.reason }
    }
}

/// The outcome of checking a value.
enum Verdict {
    Within,
    Beyond(Broken),
    /// The schema describes another kind of value, which the type has nevertheless accepted.
    Unlike,
}

/// How literally a value is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Coerced, as a field is.
    Coerced,
    /// An element of a list, whose strings are trimmed.
    Element,
    /// Coerced, as one of several choices, which may not be meant for it.
    Choice,
    /// As it is, as one of several choices.
    Exact,
}

impl Reading {
    fn is_choice(self) -> bool {
        matches!(self, Self::Choice | Self::Exact)
    }

    fn of_parts(self) -> Self {
        if self == Self::Element { Self::Coerced } else { self }
    }
}

/// Checks the values of one request against the limits of one type.
pub(super) struct Judge<'n> {
    nodes: &'n [Node],
    path: RefCell<Vec<String>>,
    compared: Cell<usize>,
}

impl<'n> Judge<'n> {
    pub(super) fn new(nodes: &'n [Node]) -> Self {
        Self { nodes, path: RefCell::default(), compared: Cell::new(0) }
    }

    /// Returns what is wrong with the value of a field.
    pub(super) fn field(&self, id: Id, name: &str, input: Input<'_>) -> Option<Broken> {
        match self.inside(name, id, input, Reading::Coerced) {
            Verdict::Beyond(broken) => Some(broken),
            Verdict::Within | Verdict::Unlike => None,
        }
    }

    /// Returns what is wrong with the fields together, for example if no alternative of a choice
    /// fits.
    pub(super) fn together(&self, input: Input<'_>) -> Option<Broken> {
        let root = self.nodes.first()?;
        match self.compounds(root, &input, Reading::Coerced) {
            Verdict::Beyond(broken) => Some(broken),
            Verdict::Within | Verdict::Unlike => None,
        }
    }

    fn inside(&self, name: &str, id: Id, input: Input<'_>, reading: Reading) -> Verdict {
        self.path.borrow_mut().push(name.to_owned());
        let verdict = self.judge(id, input, reading);
        self.path.borrow_mut().pop();
        verdict
    }

    fn beyond(&self, reason: String) -> Verdict {
        let path = self.path.borrow().clone();
        Verdict::Beyond(Broken { path, reason, listed: None })
    }

    fn judge(&self, id: Id, input: Input<'_>, reading: Reading) -> Verdict {
        let node = &self.nodes[id];
        // In a choice, a schema without limits still shows which alternative is meant.
        if !node.limited && !reading.is_choice() {
            return Verdict::Within;
        }
        if input == Input::Null && (node.nullable || node.form == Form::Any) {
            return Verdict::Within;
        }
        if reading == Reading::Exact && !is_like(node.form, &input) {
            return Verdict::Unlike;
        }
        match self.compounds(node, &input, reading) {
            Verdict::Within => {}
            other => return other,
        }
        let form = if node.form == Form::Any { natural(&input) } else { node.form };
        match form {
            Form::Text | Form::LowerCase | Form::Moment => self.text(node, form, &input, reading),
            Form::Integer | Form::Float | Form::Seconds | Form::Duration => {
                self.number(node, form, &input, reading)
            }
            Form::Boolean => match coerce::boolean(&input) {
                Ok(value) => self.listed(node, reading, |listed| *listed == Json::Bool(value)),
                Err(_) => Verdict::Unlike,
            },
            Form::List | Form::Slice | Form::CommaList => self.list(node, form, input, reading),
            Form::Object | Form::Pairs => self.object(node, form, input, reading),
            Form::Header => match coerce::headers(input) {
                Ok(headers) => self.entries(node, headers.len()),
                Err(_) => Verdict::Unlike,
            },
            Form::Any => Verdict::Within,
        }
    }

    fn text(&self, node: &Node, form: Form, input: &Input<'_>, reading: Reading) -> Verdict {
        let Ok(mut text) = coerce::text(input) else { return Verdict::Unlike };
        if form == Form::LowerCase {
            text = Cow::Owned(coerce::lower_case(input).unwrap_or_default());
        }
        let text = if reading == Reading::Element { text.trim() } else { &text };
        match self.listed(node, reading, |listed| listed == text) {
            Verdict::Within => {}
            other => return other,
        }
        let mut compared = self.compared.get();
        let refused = node.limits.iter().find_map(|limit| limit.refuses_text(text, &mut compared));
        self.compared.set(compared);
        refused.map_or(Verdict::Within, |reason| self.beyond(reason))
    }

    fn number(&self, node: &Node, form: Form, input: &Input<'_>, reading: Reading) -> Verdict {
        let amount = match form {
            Form::Integer => coerce::integer(input).map(Amount::Whole),
            Form::Float => coerce::float(input).map(Amount::Real),
            Form::Seconds => coerce::signed_seconds(input).map(|s| Amount::Whole(s.into())),
            _ => coerce::duration(input).map(|length| Amount::Real(length.as_secs_f64())),
        };
        let Ok(amount) = amount else { return Verdict::Unlike };
        let unit = match form {
            Form::Seconds | Form::Duration => " seconds",
            _ => "",
        };
        let equal = |listed: &Json| match amount {
            Amount::Whole(whole) => {
                let integer = listed.as_i64().map(i128::from);
                integer.or(listed.as_u64().map(i128::from)) == Some(whole)
            }
            Amount::Real(real) => listed.as_f64() == Some(real),
        };
        match self.listed(node, reading, equal) {
            Verdict::Within => {}
            other => return other,
        }
        let refused = node.limits.iter().find_map(|limit| limit.refuses_number(amount, unit));
        refused.map_or(Verdict::Within, |reason| self.beyond(reason))
    }

    /// Checks whether a value is in the list of a schema. In a choice, the list shows whether this
    /// alternative is meant.
    fn listed(&self, node: &Node, reading: Reading, is: impl Fn(&Json) -> bool) -> Verdict {
        match &node.listed {
            Some(listed) if !listed.values.iter().any(is) => {
                if reading.is_choice() {
                    return Verdict::Unlike;
                }
                let path = self.path.borrow().clone();
                let (reason, listed) = (listed.reason(), Some(listed.clone()));
                Verdict::Beyond(Broken { path, reason, listed })
            }
            _ => Verdict::Within,
        }
    }

    fn list(&self, node: &Node, form: Form, input: Input<'_>, reading: Reading) -> Verdict {
        let elements = match form {
            Form::List => coerce::elements(input),
            Form::Slice => coerce::slice(input),
            _ => match coerce::comma_elements(input) {
                Ok(elements) => elements,
                Err(_) => return Verdict::Unlike,
            },
        };
        let count = elements.len() as u64;
        if let Some(reason) = node.limits.iter().find_map(|limit| limit.refuses_items(count)) {
            return self.beyond(reason);
        }
        let of_elements = match (reading, form) {
            (Reading::Exact | Reading::Choice, _) => reading,
            (_, Form::Slice) => Reading::Coerced,
            _ => Reading::Element,
        };
        let schema_of = |index: usize| node.first.get(index).copied().or(node.items);
        if node.limits.contains(&Limit::Unique) {
            let mut seen = HashSet::with_capacity(elements.len());
            for (index, element) in elements.iter().enumerate() {
                let form = schema_of(index).map_or(Form::Any, |id| self.nodes[id].form);
                if !seen.insert(canonical(form, element, of_elements == Reading::Element)) {
                    return self.beyond("must not contain an element twice".to_owned());
                }
            }
        }
        let mut beyond = None;
        for (index, element) in elements.into_iter().enumerate() {
            let Some(id) = schema_of(index) else { continue };
            match self.inside(&index.to_string(), id, element, of_elements) {
                Verdict::Unlike if reading.is_choice() => return Verdict::Unlike,
                Verdict::Beyond(broken) if beyond.is_none() => beyond = Some(broken),
                _ => {}
            }
        }
        beyond.map_or(Verdict::Within, Verdict::Beyond)
    }

    fn object(&self, node: &Node, form: Form, input: Input<'_>, reading: Reading) -> Verdict {
        let Ok((from, entries)) = coerce::entries(input) else { return Verdict::Unlike };
        // `key=value` is only for maps of strings.
        if from == Pair::Text && form == Form::Object && !node.properties.is_empty() {
            return Verdict::Unlike;
        }
        match self.entries(node, entries.len()) {
            Verdict::Within => {}
            other => return other,
        }
        if reading.is_choice() {
            let has = |name: &String| entries.iter().any(|(key, _)| key == name);
            let unknown = |key: &str| node.closed && !node.properties.contains_key(key);
            if !node.required.iter().all(has) || entries.iter().any(|(key, _)| unknown(key)) {
                return Verdict::Unlike;
            }
        }
        let mut beyond = None;
        for (key, value) in entries {
            let schema = node.properties.get(key.as_ref()).copied().or(node.others);
            let Some(id) = schema else { continue };
            match self.inside(&key, id, value, reading.of_parts()) {
                Verdict::Unlike if reading.is_choice() => return Verdict::Unlike,
                Verdict::Beyond(broken) if beyond.is_none() => beyond = Some(broken),
                _ => {}
            }
        }
        beyond.map_or(Verdict::Within, Verdict::Beyond)
    }

    fn entries(&self, node: &Node, count: usize) -> Verdict {
        let refused = node.limits.iter().find_map(|limit| limit.refuses_entries(count as u64));
        refused.map_or(Verdict::Within, |reason| self.beyond(reason))
    }

    /// Checks the schemas that apply in addition, and one alternative of each choice.
    fn compounds(&self, node: &Node, input: &Input<'_>, reading: Reading) -> Verdict {
        for id in &node.all {
            match self.judge(*id, input.clone(), reading) {
                Verdict::Within => {}
                Verdict::Unlike if !reading.is_choice() => {}
                other => return other,
            }
        }
        for choices in &node.choices {
            // serde takes a value of several forms as it is; but an enum that is identified by its
            // variant's name coerces its content.
            let readings = match reading {
                Reading::Exact => [Reading::Exact].as_slice(),
                _ => &[Reading::Exact, Reading::Choice],
            };
            let mut meant = false;
            let mut beyond = None;
            for reading in readings {
                for id in choices {
                    match self.judge(*id, input.clone(), *reading) {
                        Verdict::Within => meant = true,
                        Verdict::Beyond(broken) if beyond.is_none() => beyond = Some(broken),
                        _ => {}
                    }
                }
                if meant || beyond.is_some() {
                    break;
                }
            }
            match beyond {
                _ if meant => {}
                Some(broken) => return Verdict::Beyond(broken),
                None if reading.is_choice() => return Verdict::Unlike,
                None => {}
            }
        }
        Verdict::Within
    }
}

/// Returns whether a value has a form without being coerced.
fn is_like(form: Form, input: &Input<'_>) -> bool {
    match form {
        Form::Any => true,
        Form::Text | Form::LowerCase => matches!(input, Input::Text(_)),
        // std's types are objects to serde, ours are not.
        Form::Moment => matches!(input, Input::Text(_) | Input::Object(_)),
        Form::Duration => matches!(input, Input::Object(_)),
        Form::Integer => match input {
            Input::Number(number) => !number.contains(['.', 'e', 'E']),
            _ => false,
        },
        Form::Float => matches!(input, Input::Number(_)),
        Form::Boolean => matches!(input, Input::Bool(_)),
        Form::Seconds => matches!(input, Input::Number(_) | Input::Text(_)),
        Form::List | Form::Slice => matches!(input, Input::List(_)),
        Form::CommaList => matches!(input, Input::List(_) | Input::Text(_)),
        Form::Object => matches!(input, Input::Object(_)),
        Form::Pairs | Form::Header => !matches!(input, Input::Bool(_) | Input::Number(_)),
    }
}

/// Returns the form that a value has without a schema.
fn natural(input: &Input<'_>) -> Form {
    match input {
        Input::Null | Input::Kept(_) | Input::Marker(_) => Form::Any,
        Input::Bool(_) => Form::Boolean,
        Input::Number(number) if number.contains(['.', 'e', 'E']) => Form::Float,
        Input::Number(_) => Form::Integer,
        Input::Text(_) => Form::Text,
        Input::List(_) => Form::Slice,
        Input::Object(_) => Form::Object,
    }
}

/// A form in which equal elements compare equal, once they are coerced.
#[derive(PartialEq, Eq, Hash)]
enum Canonical<'a> {
    Text(Cow<'a, str>),
    /// JSON of any other kind.
    Other(String),
}

fn canonical<'a>(form: Form, input: &'a Input<'_>, trim: bool) -> Canonical<'a> {
    let coerced = match form {
        Form::Text | Form::Moment => coerce::text(input).ok().map(|text| match text {
            Cow::Borrowed(text) if trim => Canonical::Text(Cow::Borrowed(text.trim())),
            Cow::Owned(text) if trim => Canonical::Text(Cow::Owned(text.trim().to_owned())),
            text => Canonical::Text(text),
        }),
        Form::LowerCase => coerce::lower_case(input).ok().map(|text| Canonical::Text(text.into())),
        Form::Integer => {
            coerce::integer(input).ok().map(|number| Canonical::Other(number.to_string()))
        }
        Form::Float => coerce::float(input).ok().map(|number| Canonical::Other(number.to_string())),
        Form::Boolean => {
            coerce::boolean(input).ok().map(|value| Canonical::Other(value.to_string()))
        }
        Form::Seconds => {
            coerce::signed_seconds(input).ok().map(|seconds| Canonical::Other(seconds.to_string()))
        }
        _ => None,
    };
    coerced.unwrap_or_else(|| match input {
        Input::Text(text) => Canonical::Text(Cow::Borrowed(text)),
        _ => Canonical::Other(super::probe::json(input)),
    })
}
