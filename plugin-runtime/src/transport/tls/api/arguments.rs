//! Whom a plugin trusts at the server's API: the arguments that Go plugins take in the catalog, and the
//! variables that their client of the API reads.

use std::path::PathBuf;

/// An argument that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArgumentError {
    #[error(
        "the argument -{0} needs a value, such as -{0}=/path; correct the plugin's args in the catalog"
    )]
    NoValue(&'static str),
    #[error("{name} is neither true nor false: `{value}`; correct it")]
    NotBoolean { name: &'static str, value: String },
    #[error(
        "-client-cert and -client-key only work together; give both or neither in the plugin's args"
    )]
    HalfOfAPair,
}

/// How to speak TLS with the server's API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ApiArguments {
    /// A file with the certificates of authorities, in PEM.
    pub(crate) ca_file: Option<PathBuf>,
    /// A folder of such files.
    pub(crate) ca_folder: Option<PathBuf>,
    /// This plugin's own certificate and key, in PEM.
    pub(crate) client: Option<(PathBuf, PathBuf)>,
    /// The name on the server's certificate, if it is not that of the address.
    pub(crate) server_name: Option<String>,
    /// Whether any certificate is good enough.
    pub(crate) skip_verify: bool,
}

/// The arguments that take a value, each with the end of its variable's name.
const WITH_VALUE: [(&str, &str); 5] = [
    ("ca-cert", "CACERT"),
    ("ca-path", "CAPATH"),
    ("client-cert", "CLIENT_CERT"),
    ("client-key", "CLIENT_KEY"),
    ("tls-server-name", "TLS_SERVER_NAME"),
];

const SKIP_VERIFY: &str = "tls-skip-verify";

impl ApiArguments {
    /// Reads the arguments in the syntax of Go (`-x=v`, `-x v`, `--x=v`); other arguments are the
    /// author's. `variable` looks up a variable by its name without `BAO_` or `VAULT_`.
    pub(crate) fn read(
        arguments: impl IntoIterator<Item = String>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ArgumentError> {
        let mut values = WITH_VALUE.map(|(_, name)| variable(name));
        let mut skip_verify = match variable("SKIP_VERIFY") {
            Some(value) => boolean("VAULT_SKIP_VERIFY", value)?,
            None => false,
        };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            if argument == "--" {
                break;
            }
            let Some(flag) = argument.strip_prefix('-') else { continue };
            let flag = flag.strip_prefix('-').unwrap_or(flag);
            let (name, value) = match flag.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (flag, None),
            };
            if name == SKIP_VERIFY {
                skip_verify = value.map_or(Ok(true), |value| boolean("-tls-skip-verify", value))?;
            } else if let Some(index) = WITH_VALUE.iter().position(|(known, _)| *known == name) {
                let value = value.or_else(|| arguments.next());
                values[index] = Some(value.ok_or(ArgumentError::NoValue(WITH_VALUE[index].0))?);
            }
        }
        let [ca_file, ca_folder, certificate, key, server_name] =
            values.map(|value| value.filter(|value| !value.is_empty()));
        let client = match (certificate, key) {
            (Some(certificate), Some(key)) => Some((certificate.into(), key.into())),
            (None, None) => None,
            _ => return Err(ArgumentError::HalfOfAPair),
        };
        let (ca_file, ca_folder) = (ca_file.map(PathBuf::from), ca_folder.map(PathBuf::from));
        Ok(Self { ca_file, ca_folder, client, server_name, skip_verify })
    }
}

/// Returns the value of one of the words that Go takes for a boolean.
fn boolean(name: &'static str, value: String) -> Result<bool, ArgumentError> {
    match value.as_str() {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "" | "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(ArgumentError::NotBoolean { name, value }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str], variables: &[(&str, &str)]) -> Result<ApiArguments, ArgumentError> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        ApiArguments::read(arguments.iter().map(|argument| (*argument).to_owned()), variable)
    }

    #[test]
    fn arguments_are_read_in_each_form_of_go() {
        for arguments in [
            &["-ca-cert=/ca", "-tls-skip-verify"][..],
            &["--ca-cert=/ca", "--tls-skip-verify=true"],
            &["-ca-cert", "/ca", "-tls-skip-verify=1"],
            &["serve", "-mine", "--its=value", "--ca-cert", "/ca", "", "-tls-skip-verify"],
            &["-ca-cert=/other", "-ca-cert=/ca", "-tls-skip-verify=T", "--", "-ca-cert=/none"],
        ] {
            let found = read(arguments, &[]).unwrap();
            assert_eq!(found.ca_file, Some(PathBuf::from("/ca")), "{arguments:?}");
            assert!(found.skip_verify, "{arguments:?}");
        }
    }

    #[test]
    fn without_arguments_variables_count() {
        let variables = [("CACERT", "/ca"), ("CAPATH", "/folder"), ("SKIP_VERIFY", "true")];
        let found = read(&["-ca-cert=/mine", "-tls-skip-verify=false"], &variables).unwrap();
        assert_eq!(found.ca_file, Some(PathBuf::from("/mine")));
        assert_eq!(found.ca_folder, Some(PathBuf::from("/folder")));
        assert!(!found.skip_verify);
        assert!(read(&[], &variables).unwrap().skip_verify);
        assert_eq!(read(&[], &[("CACERT", "")]).unwrap(), ApiArguments::default());
    }

    #[test]
    fn what_cannot_be_meant_is_an_error() {
        let pair = read(&["-client-cert=/c", "-client-key", "/k"], &[]).unwrap();
        assert_eq!(pair.client, Some(("/c".into(), "/k".into())));
        for (arguments, part) in [
            (&["-ca-cert"][..], "-ca-cert needs a value"),
            (&["-tls-skip-verify=maybe"], "`maybe`"),
            (&["-client-cert=/c"], "-client-key"),
            (&["-client-key=/k"], "-client-cert"),
        ] {
            let text = read(arguments, &[]).unwrap_err().to_string();
            assert!(text.contains(part), "{arguments:?}: {text}");
        }
    }
}
