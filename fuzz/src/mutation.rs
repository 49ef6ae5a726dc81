//! Small changes to a seed.

/// The longest input that changes may lead to.
const LONGEST: usize = 4096;

/// Changes `input` as `changes` say: four bytes a change, of which the first is what is done, the
/// next two where, and the last with what.
pub(crate) fn mutated(mut input: Vec<u8>, changes: &[u8], words: &[&str]) -> Vec<u8> {
    // Many changes leave nothing of the seed.
    for change in changes.chunks_exact(4).take(6) {
        let &[kind, high, low, with] = change else { break };
        let at = usize::from(u16::from_be_bytes([high, low])) % (input.len() + 1);
        let end = (at + usize::from(with) % 16 + 1).min(input.len());
        match kind % 7 {
            0 => input.insert(at, with),
            1 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte = with;
                }
            }
            2 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << (with % 8);
                }
            }
            3 => drop(input.drain(at..end)),
            4 => {
                let piece =
                    input.get(at..end).unwrap_or_default().repeat(usize::from(kind) / 7 + 1);
                input.splice(at..at, piece);
            }
            5 => input.truncate(at),
            _ => {
                let word = words.get(usize::from(with) % words.len().max(1)).copied();
                input.splice(at..at, word.unwrap_or_default().bytes());
            }
        }
        input.truncate(LONGEST);
    }
    input
}

#[cfg(test)]
mod tests {
    use super::mutated;

    #[test]
    fn each_kind_of_change_does_what_it_says() {
        let cases: [(&[u8], &[u8]); 8] = [
            (&[0, 0, 1, b'-'], b"a-bc"),
            (&[1, 0, 1, b'-'], b"a-c"),
            (&[2, 0, 0, 1], b"cbc"),
            (&[3, 0, 1, 0], b"ac"),
            (&[11, 0, 1, 0], b"abbbc"),
            (&[5, 0, 1, 0], b"a"),
            (&[6, 0, 3, 1], b"abctwo"),
            (&[0, 0], b"abc"),
        ];
        for (changes, expected) in cases {
            assert_eq!(mutated(b"abc".to_vec(), changes, &["one", "two"]), expected, "{changes:?}");
        }
    }

    #[test]
    fn no_change_fails_on_nothing_and_none_grows_without_end() {
        for kind in 0..=255 {
            mutated(Vec::new(), &[kind, 255, 255, 255], &[]);
            let grown = mutated(vec![0; 4096], &[kind, 0, 0, 255].repeat(6), &["word"]);
            assert!(grown.len() <= 4096);
        }
    }
}
