//! Names of Rust types and functions, as they are written in code.

/// The wrapper of ordinary functions, which authors do not write as a type.
const WRAPPERS: [&str; 1] = ["Blocking<"];

/// Returns the compiler's name of a type or a function without its modules.
pub(super) fn short(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    let mut word = String::new();
    let mut rest = name.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            ':' if rest.next_if_eq(&':').is_some() => {
                // A closure has the name of the function that contains it.
                let tail: String = rest.clone().take("{{closure}}".len()).collect();
                if tail == "{{closure}}" {
                    word.push_str("::");
                } else {
                    word.clear();
                }
            }
            one if one.is_alphanumeric() || "_{}".contains(one) => word.push(one),
            other => {
                text.push_str(&std::mem::take(&mut word));
                text.push(other);
            }
        }
    }
    text.push_str(&word);
    for wrapper in WRAPPERS {
        if let Some(inner) = text.strip_prefix(wrapper).and_then(|text| text.strip_suffix('>')) {
            return inner.to_owned();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::any::type_name;

    use super::*;

    #[test]
    fn names_are_those_of_the_code() {
        assert_eq!(short(type_name::<(String, Option<u32>)>()), "(String, Option<u32>)");
        assert_eq!(short(type_name::<Vec<[u8; 4]>>()), "Vec<[u8; 4]>");
        assert_eq!(short("engine::role::read_role"), "read_role");
        assert_eq!(short("engine::engine::{{closure}}"), "engine::{{closure}}");
        let blocking = "plugin_runtime::framework::blocking::Blocking<engine::make_key>";
        assert_eq!(short(blocking), "make_key");
    }
}
