//! All templates of a router as one tree of segments: the cost of a request depends on its own
//! segments, not on how many paths are declared.

use super::template::{Kind, Segment, Template, split_segment};

/// No pattern: greater than every index.
const NONE: usize = usize::MAX;

/// A node's place in [`Trie::nodes`].
type NodeId = usize;

/// The tree; the first node is its root.
#[derive(Debug)]
pub(super) struct Trie {
    nodes: Vec<Node>,
}

/// The position of a path before its next segment. The numbers are indices of patterns; the
/// smallest one counts, since the pattern that was declared first wins.
#[derive(Debug)]
struct Node {
    /// The pattern that ends with the segment that leads here.
    ends: usize,
    /// The smallest index in this node and below it.
    least: usize,
    /// The pattern that takes all that follows.
    rest: usize,
    /// The pattern that takes all that follows, if it is not empty.
    non_empty_rest: usize,
    /// Sorted by text.
    literals: Vec<(Box<str>, NodeId)>,
    name: Option<NodeId>,
    name_with_at: Option<NodeId>,
}

impl Trie {
    /// Builds the tree of templates with their indices.
    pub(super) fn new<'t>(templates: impl IntoIterator<Item = (usize, &'t Template)>) -> Self {
        let mut trie = Self { nodes: vec![Node::new()] };
        for (index, template) in templates {
            trie.insert(index, template);
        }
        trie
    }

    /// Returns the smallest index of a template that matches.
    pub(super) fn find(&self, path: &str) -> Option<usize> {
        let mut best = NONE;
        self.search(0, path, &mut best);
        (best != NONE).then_some(best)
    }

    /// Searches below a node. Recursion is at most as deep as the longest template has segments.
    fn search(&self, node: NodeId, path: &str, best: &mut usize) {
        let Some(node) = self.nodes.get(node) else { return };
        if node.rest < *best && Kind::Rest.matches(path) {
            *best = node.rest;
        }
        if node.non_empty_rest < *best && Kind::NonEmptyRest.matches(path) {
            *best = node.non_empty_rest;
        }
        let (segment, tail) = split_segment(path);
        let literal = node.literals.binary_search_by(|(text, _)| (**text).cmp(segment));
        let literal = literal.ok().and_then(|at| node.literals.get(at)).map(|(_, child)| *child);
        self.follow(literal, tail, best, || true);
        self.follow(node.name, tail, best, || Kind::Name.matches(segment));
        self.follow(node.name_with_at, tail, best, || Kind::NameWithAt.matches(segment));
    }

    fn follow(
        &self,
        child: Option<NodeId>,
        tail: Option<&str>,
        best: &mut usize,
        matches: impl FnOnce() -> bool,
    ) {
        let Some((child, node)) = child.and_then(|child| Some((child, self.nodes.get(child)?)))
        else {
            return;
        };
        if node.least >= *best || !matches() {
            return;
        }
        match tail {
            None => *best = node.ends.min(*best),
            Some(tail) => self.search(child, tail, best),
        }
    }

    fn insert(&mut self, index: usize, template: &Template) {
        let mut at = 0;
        for segment in &template.segments {
            at = match segment {
                Segment::Literal(text) => self.literal(at, text, index),
                Segment::Parameter(parameter) => match self.parameter(at, parameter.kind, index) {
                    Some(child) => child,
                    // The rest of the path is always the end of a template.
                    None => return,
                },
            };
        }
        self.end(at, index, template.optional_slash);
        if let Some(parameter) = &template.optional
            && let Some(child) = self.parameter(at, parameter.kind, index)
        {
            self.end(child, index, template.optional_slash);
        }
    }

    fn end(&mut self, at: NodeId, index: usize, optional_slash: bool) {
        let slashed = optional_slash.then(|| self.literal(at, "", index));
        for at in [Some(at), slashed].into_iter().flatten() {
            if let Some(node) = self.nodes.get_mut(at) {
                node.ends = node.ends.min(index);
            }
        }
    }

    fn literal(&mut self, at: NodeId, text: &str, index: usize) -> NodeId {
        let fresh = self.nodes.len();
        let Some(node) = self.nodes.get_mut(at) else { return at };
        match node.literals.binary_search_by(|(other, _)| (**other).cmp(text)) {
            Ok(place) => {
                let child = node.literals.get(place).map_or(fresh, |(_, child)| *child);
                self.reached(child, index)
            }
            Err(place) => {
                node.literals.insert(place, (text.into(), fresh));
                self.reached(fresh, index)
            }
        }
    }

    fn parameter(&mut self, at: NodeId, kind: Kind, index: usize) -> Option<NodeId> {
        let fresh = self.nodes.len();
        let node = self.nodes.get_mut(at)?;
        let child = match kind {
            Kind::Name => *node.name.get_or_insert(fresh),
            Kind::NameWithAt => *node.name_with_at.get_or_insert(fresh),
            Kind::Rest => {
                node.rest = node.rest.min(index);
                return None;
            }
            Kind::NonEmptyRest => {
                node.non_empty_rest = node.non_empty_rest.min(index);
                return None;
            }
        };
        Some(self.reached(child, index))
    }

    /// Creates a node if it is new, and notes that a pattern passes through it.
    fn reached(&mut self, at: NodeId, index: usize) -> NodeId {
        if at == self.nodes.len() {
            self.nodes.push(Node::new());
        }
        if let Some(node) = self.nodes.get_mut(at) {
            node.least = node.least.min(index);
        }
        at
    }
}

impl Node {
    fn new() -> Self {
        Self {
            ends: NONE,
            least: NONE,
            rest: NONE,
            non_empty_rest: NONE,
            literals: Vec::new(),
            name: None,
            name_with_at: None,
        }
    }
}
