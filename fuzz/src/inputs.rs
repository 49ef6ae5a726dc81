//! From the bytes of a fuzzing engine to inputs that reach beyond the first comparison.

use std::fs;
use std::path::Path;

use crate::mutation::mutated;

/// Makes inputs of what an engine comes up with.
///
/// Engines that see the coverage find their way with plain bytes. A plain `cargo test` does not see
/// it, so the same bytes also spell a sequence of words, and say how to change a seed.
#[derive(Debug)]
pub struct Inputs {
    words: &'static [&'static str],
    seeds: Vec<Vec<u8>>,
}

impl Inputs {
    /// Returns the inputs of a target with its seeds, which must exist.
    pub fn of(target: &str, words: &'static [&'static str]) -> Self {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/__fuzz__")
            .join(target)
            .join("corpus");
        let listed = fs::read_dir(&corpus).expect("the folder of seeds is there");
        let mut paths: Vec<_> =
            listed.map(|entry| entry.expect("the folder of seeds can be listed").path()).collect();
        paths.sort();
        let seeds: Vec<_> =
            paths.iter().map(|path| fs::read(path).expect("a seed can be read")).collect();
        assert!(!seeds.is_empty(), "no seeds in {}", corpus.display());
        Self { words, seeds }
    }

    /// Returns the bytes themselves, the words that they spell, and the seed that they change.
    pub fn from(&self, bytes: &[u8]) -> [Vec<u8>; 3] {
        let changed = match bytes {
            [choice, changes @ ..] => {
                let seed = self.seeds.get(usize::from(*choice) % self.seeds.len());
                mutated(seed.cloned().unwrap_or_default(), changes, self.words)
            }
            [] => Vec::new(),
        };
        [bytes.to_vec(), self.spelled(bytes), changed]
    }

    /// Returns a word for each byte; every ninth byte stands for itself.
    fn spelled(&self, bytes: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        // More words than this say nothing new.
        for byte in bytes.iter().take(96) {
            let number = usize::from(*byte);
            match self.words.get(number % (self.words.len() + self.words.len() / 8 + 1)) {
                Some(word) => text.extend_from_slice(word.as_bytes()),
                None => text.push(byte.reverse_bits()),
            }
        }
        text
    }
}
