//! The paths in an OpenAPI document that a regex stands for, by the rules of the Go SDK's
//! `sdk/framework/openapi.go`.

use regex_syntax::ast::{Ast, ClassSet, ClassSetItem, GroupKind, RepetitionKind, RepetitionRange};

use super::super::pattern::ExpandedPath;

/// A regex with more paths than this is not expanded; each optional part doubles their number.
const MAX_PATHS: usize = 256;

#[derive(Clone, Default)]
struct Draft {
    path: String,
    parameters: Vec<String>,
    /// The path's length when an optional slash was last added. A draft that still has this length
    /// at the end is dropped, and so is an empty one.
    slash_at: usize,
}

/// Returns the paths, or `None` if something outside of a parameter cannot be written as a path.
pub(super) fn expand(ast: &Ast) -> Option<Vec<ExpandedPath>> {
    let drafts = walk(ast, vec![Draft::default()])?;
    let kept = drafts.into_iter().filter(|draft| draft.slash_at != draft.path.len());
    Some(kept.map(|Draft { path, parameters, .. }| ExpandedPath { path, parameters }).collect())
}

fn walk(ast: &Ast, mut drafts: Vec<Draft>) -> Option<Vec<Draft>> {
    if drafts.len() > MAX_PATHS {
        return None;
    }
    match ast {
        Ast::Empty(_) | Ast::Flags(_) | Ast::Assertion(_) => Some(drafts),
        Ast::Literal(literal) => Some(append(drafts, literal.c)),
        Ast::ClassBracketed(class) if !class.negated => match &class.kind {
            ClassSet::Item(ClassSetItem::Literal(literal)) => Some(append(drafts, literal.c)),
            _ => None,
        },
        Ast::Concat(concat) => {
            concat.asts.iter().try_fold(drafts, |drafts, part| walk(part, drafts))
        }
        Ast::Alternation(alternation) => {
            let mut all = Vec::new();
            for one in &alternation.asts {
                all.extend(walk(one, drafts.clone())?);
            }
            Some(all)
        }
        Ast::Group(group) => match &group.kind {
            GroupKind::CaptureName { name, .. } => {
                for draft in &mut drafts {
                    draft.path.push_str(&format!("{{{}}}", name.name));
                    draft.parameters.push(name.name.clone());
                }
                Some(drafts)
            }
            GroupKind::CaptureIndex(_) | GroupKind::NonCapturing(_) => walk(&group.ast, drafts),
        },
        Ast::Repetition(repetition) if is_optional(&repetition.op.kind) => {
            let mut longer = walk(&repetition.ast, drafts.clone())?;
            if matches!(&*repetition.ast, Ast::Literal(literal) if literal.c == '/') {
                longer.iter_mut().for_each(|draft| draft.slash_at = draft.path.len());
            }
            drafts.append(&mut longer);
            Some(drafts)
        }
        Ast::Repetition(_)
        | Ast::Dot(_)
        | Ast::ClassUnicode(_)
        | Ast::ClassPerl(_)
        | Ast::ClassBracketed(_) => None,
    }
}

fn append(mut drafts: Vec<Draft>, character: char) -> Vec<Draft> {
    drafts.iter_mut().for_each(|draft| draft.path.push(character));
    drafts
}

fn is_optional(kind: &RepetitionKind) -> bool {
    matches!(
        kind,
        RepetitionKind::ZeroOrOne | RepetitionKind::Range(RepetitionRange::Bounded(0, 1))
    )
}
