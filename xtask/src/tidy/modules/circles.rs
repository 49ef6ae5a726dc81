//! Modules that use each other, directly or through others.

use std::collections::BTreeSet;

use super::Graph;

/// Returns the modules of a circle, the first one again at the end.
pub(super) fn circle(graph: &Graph) -> Option<Vec<String>> {
    let mut done = BTreeSet::new();
    graph.keys().find_map(|module| follow(graph, module, &mut Vec::new(), &mut done))
}

fn follow<'a>(
    graph: &'a Graph,
    module: &'a str,
    path: &mut Vec<&'a str>,
    done: &mut BTreeSet<&'a str>,
) -> Option<Vec<String>> {
    if let Some(start) = path.iter().position(|passed| *passed == module) {
        let circle = path.iter().skip(start).chain([&module]);
        return Some(circle.map(|module| (*module).to_owned()).collect());
    }
    if done.contains(module) {
        return None;
    }
    path.push(module);
    let used = graph.get(module).into_iter().flatten();
    let found = used.into_iter().find_map(|used| follow(graph, used, path, done));
    path.pop();
    done.insert(module);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_found_through_other_modules() {
        let graph = |arrows: &[(&str, &str)]| {
            let mut graph = Graph::new();
            for (from, to) in arrows {
                graph.entry((*from).to_owned()).or_default().insert((*to).to_owned());
            }
            graph
        };
        assert_eq!(circle(&graph(&[("a", "b"), ("a", "c"), ("b", "c")])), None);
        let found = circle(&graph(&[("a", "b"), ("b", "c"), ("c", "b")])).unwrap_or_default();
        assert_eq!(found, ["b", "c", "b"]);
    }
}
