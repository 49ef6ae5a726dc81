//! Asking a type for the field behind a name.

use std::borrow::Cow;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::lookup::Names;
use super::marker::Marker;
use super::site::{Entries, Model, Site};
use super::{Behind, Place, ROOT, Witnessed, watch};
use crate::fields::input::Input;
use crate::fields::parse::read_entries;
use crate::fields::schema::FieldSet;

/// Finds out what a name stands for that the type reads, and keeps it. Returns whether it was kept.
///
/// The type is given a value for each of its fields and then the name: it refuses the field that it
/// has met twice. That takes one reading of a small object, and once for each type one for each of
/// its fields, whatever a request is like.
fn learn<T: DeserializeOwned>(fields: &FieldSet, place: Place, name: &str) -> bool {
    let Some(site) = Site::at(fields, place) else { return false };
    let model = model::<T>(fields, place, &site);
    let twice = model.scenes.iter().find_map(|scene| {
        let mut entries = scene.clone();
        entries.push((Cow::Owned(name.to_owned()), Input::Marker(Marker::Bare(0))));
        let twice = said::<T>(fields, place, &site, entries).twice?;
        site.rule(twice).map(|_| twice)
    });
    if let Some(field) = twice {
        return fields.aliases().keep(place, name, Behind::Field(field.to_owned()), true);
    }
    let behind = match model.without.as_slice() {
        [field] => Behind::Field(field.clone()),
        [first, others @ ..] if others.iter().all(|other| site.rule(other) == site.rule(first)) => {
            Behind::Like(first.clone())
        }
        _ => Behind::Some,
    };
    fields.aliases().keep(place, name, behind, false)
}

/// Reads until it is known what all names stand for that the type reads; `prove` may find it out
/// before the type is asked.
pub(crate) fn settle<'r, T: DeserializeOwned, R>(
    fields: &'r FieldSet,
    prove: impl Fn(Place, &str) -> bool,
    mut read: impl FnMut(&Names<'r>) -> R,
) -> (Names<'r>, R) {
    loop {
        let names = Names::marking::<T>(fields);
        let (value, witnessed) = watch(|| read(&names));
        if !witnessed.marked {
            return (names, value);
        }
        // One of the names that are not known is a field's.
        let names = Names::telling::<T>(fields);
        let (_, witnessed) = watch(|| read(&names));
        let found = witnessed.index.and_then(|index| names.marked(index));
        if !found
            .is_some_and(|(place, name)| prove(place, &name) || learn::<T>(fields, place, &name))
        {
            let names = Names::reading::<T>(fields);
            let value = read(&names);
            return (names, value);
        }
    }
}

/// Returns the names of the type's fields of which it is not known which field they stand for.
pub(crate) fn unproven(fields: &FieldSet) -> Vec<String> {
    let now = fields.aliases().now();
    let names = now.names.get(&ROOT).into_iter().flatten();
    names.filter(|(_, behind)| behind.field().is_none()).map(|(name, _)| name.clone()).collect()
}

/// Finds out what a name of the type stands for, from values for its fields, and keeps it. Returns
/// whether it was.
pub(crate) fn prove<'de, T: DeserializeOwned>(
    fields: &FieldSet,
    name: &'de str,
    mut entries: Vec<(Cow<'de, str>, Input<'de>)>,
) -> bool {
    entries.push((Cow::Borrowed(name), Input::Marker(Marker::Bare(0))));
    let names = Names::reading::<T>(fields);
    let twice = watch(|| drop(read_entries::<T>(&names, &entries))).1.twice;
    let field = twice.filter(|field| fields.names(field));
    field.is_some_and(|field| {
        fields.aliases().keep(ROOT, name, Behind::Field(field.to_owned()), true)
    })
}

/// Finds out which of some names are fields of the type itself, and what they stand for.
pub(crate) fn ask<T: DeserializeOwned>(fields: &FieldSet, names: &[&str]) {
    let mut names: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| fields.aliases().behind(ROOT, name).is_none())
        .collect();
    let Some(site) = Site::at(fields, ROOT).filter(|_| !names.is_empty()) else { return };
    let model = model::<T>(fields, ROOT, &site);
    for scene in &model.scenes {
        while !names.is_empty() {
            let marked = names.iter().zip(0..).map(|(name, index)| {
                (Cow::Owned((*name).to_owned()), Input::Marker(Marker::Bare(index)))
            });
            let entries = marked.chain(scene.iter().cloned()).collect();
            let said = said::<T>(fields, ROOT, &site, entries);
            let Some(found) = said.index.filter(|index| (*index as usize) < names.len()) else {
                break;
            };
            if !learn::<T>(fields, ROOT, names.swap_remove(found as usize)) {
                return;
            }
        }
    }
}

/// Returns what the type says to an object with these fields.
fn said<T: DeserializeOwned>(
    fields: &FieldSet,
    place: Place,
    site: &Site<'_>,
    entries: Entries,
) -> Witnessed {
    let around = match place {
        ROOT => vec![Vec::new()],
        _ => match Site::at(fields, ROOT) {
            Some(root) => model::<T>(fields, ROOT, &root).scenes.clone(),
            None => vec![Vec::new()],
        },
    };
    let mut said = Witnessed::default();
    for rest in around {
        let entries = site.around(entries.clone(), rest);
        let names = Names::reading::<T>(fields);
        said = watch(|| drop(read_entries::<T>(&names, &entries))).1;
        if said.twice.is_some() || said.marked {
            break;
        }
    }
    said
}

/// Returns values for the fields of an object. They are looked for once.
fn model<T: DeserializeOwned>(fields: &FieldSet, place: Place, site: &Site<'_>) -> Arc<Model> {
    if let Some(model) = fields.aliases().models.lock().get(&place) {
        return Arc::clone(model);
    }
    let is_taken = |scene: &Entries, name: &str, value: &Input<'static>| {
        let mut entries = scene.clone();
        entries.extend([value, value].map(|value| (Cow::Owned(name.to_owned()), value.clone())));
        said::<T>(fields, place, site, entries).twice == Some(name)
    };
    let mut scenes = site.scenes();
    for scene in &mut scenes {
        // A field may be read only after others that are required.
        loop {
            let before = scene.len();
            for candidate in &site.candidates {
                if scene.iter().any(|(name, _)| *name == candidate.name) {
                    continue;
                }
                if let Some(value) =
                    candidate.samples().find(|value| is_taken(scene, &candidate.name, value))
                {
                    scene.push((Cow::Owned(candidate.name.clone()), value));
                }
            }
            if scene.len() == before {
                break;
            }
        }
    }
    let has = |name: &str| scenes.iter().flatten().any(|(known, _)| known == name);
    let names = site.candidates.iter().map(|candidate| candidate.name.clone());
    let without = names.filter(|name| !has(name)).collect();
    let model = Arc::new(Model { scenes, without });
    fields.aliases().models.lock().insert(place, Arc::clone(&model));
    model
}
