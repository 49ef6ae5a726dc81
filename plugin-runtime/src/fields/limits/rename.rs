//! Names inside a value become those of its schema, which are the only ones that have limits.

use std::borrow::Cow;

use super::node::{Id, Node};
use crate::fields::aliases::Names;
use crate::fields::input::Input;
use crate::fields::patch::{Naming, Place};

/// The names of a type on all levels.
pub(super) struct Renamer<'n> {
    pub(super) nodes: &'n [Node],
    pub(super) names: &'n Names<'n>,
    pub(super) naming: &'n Naming,
}

impl<'n> Renamer<'n> {
    /// Returns the value of a field of the type itself, by the names of its schema.
    pub(super) fn field<'i>(&self, id: Id, name: &str, input: Input<'i>) -> Input<'i>
    where
        'n: 'i,
    {
        self.value(id, self.naming.inside(self.names, self.naming.root(), name), input)
    }

    fn value<'i>(&self, id: Id, place: Place, input: Input<'i>) -> Input<'i>
    where
        'n: 'i,
    {
        let mut node = &self.nodes[id];
        if !node.limited {
            return input;
        }
        // A type within itself is only referred to.
        if let ([other], true, None) = (node.all.as_slice(), node.properties.is_empty(), node.items)
        {
            node = &self.nodes[*other];
        }
        // One object as the only element of a list.
        if let (Input::Object(_), Some(item)) = (&input, node.items) {
            return self.value(item, self.naming.element(place), input);
        }
        match input {
            Input::Object(entries) => {
                let entries =
                    entries.into_iter().map(|(name, value)| self.entry(node, place, name, value));
                Input::Object(entries.collect())
            }
            Input::List(elements) => {
                let place = self.naming.element(place);
                let elements = elements.into_iter().enumerate().map(|(index, element)| {
                    // Without elements of its own, it is a list of objects that are merged.
                    let id = node.first.get(index).copied().or(node.items).unwrap_or(id);
                    self.value(id, place, element)
                });
                Input::List(elements.collect())
            }
            other => other,
        }
    }

    fn entry<'i>(
        &self,
        node: &Node,
        place: Place,
        name: Cow<'i, str>,
        value: Input<'i>,
    ) -> (Cow<'i, str>, Input<'i>)
    where
        'n: 'i,
    {
        let is_property = |name: &str| node.properties.contains_key(name);
        let inner = self.naming.inside(self.names, place, &name);
        let name = match is_property(&name) {
            true => name,
            false => match self.naming.property(self.names, place, &name, is_property) {
                Some(property) => Cow::Borrowed(property),
                None => name,
            },
        };
        match node.properties.get(name.as_ref()).copied().or(node.others) {
            Some(id) => (name, self.value(id, inner, value)),
            None => (name, value),
        }
    }
}
