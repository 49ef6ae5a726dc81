//! The handshake line, parsed as a server parses it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The fields of a handshake line.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) fields: Vec<String>,
    pub(crate) address: String,
}

impl Line {
    pub(crate) fn parse(text: &str) -> Self {
        let line = text.strip_suffix('\n').expect("an end of line");
        assert!(!line.contains('\n'), "more than a line: {line}");
        let fields: Vec<String> = line.split('|').map(str::to_owned).collect();
        assert!(fields.len() >= 6, "too few fields: {line}");
        assert_eq!(fields[0], "1", "{line}");
        assert!(["unix", "tcp"].contains(&fields[2].as_str()), "{line}");
        assert_eq!(fields[4], "grpc", "{line}");
        Self { address: fields[3].clone(), fields }
    }

    /// Returns `unix` or `tcp`.
    pub(crate) fn network(&self) -> &str {
        &self.fields[2]
    }

    /// Returns the plugin's certificate in DER.
    pub(crate) fn certificate(&self) -> Vec<u8> {
        STANDARD_NO_PAD.decode(&self.fields[5]).expect("base64 without padding")
    }
}
