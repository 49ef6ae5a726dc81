//! A dev server: in memory, unsealed, up in about a second.

use std::ops::{Deref, DerefMut};
use std::path::Path;

use super::{Folders, ServerError, ServerProcess, port};

/// The variables that tell OpenBao and Vault which root token to use.
const TOKEN_VARIABLES: [&str; 2] = ["BAO_DEV_ROOT_TOKEN_ID", "VAULT_DEV_ROOT_TOKEN_ID"];

/// A running dev server with a random root token on a free port of 127.0.0.1.
#[derive(Debug)]
pub struct DevServer(ServerProcess);

impl DevServer {
    /// Starts `binary` and waits until it answers.
    ///
    /// Each file in `plugin_directory` is registered under its file name. `variables` are added to
    /// its environment.
    ///
    /// # Errors
    ///
    /// Fails if it doesn't come up; with the end of its log.
    pub fn start(
        binary: &Path,
        plugin_directory: Option<&Path>,
        variables: &[(&str, &str)],
    ) -> Result<Self, ServerError> {
        let prepare = || prepare(binary, plugin_directory, variables);
        // Only our server knows the random token: an answer to it proves whose port it is.
        let started = ServerProcess::listening(prepare, "ready for requests", |server| {
            let own = server.api().read("auth/token/lookup-self");
            own.is_success() && *own.field("/id") == server.token()
        });
        started.map(Self)
    }
}

fn prepare(
    binary: &Path,
    plugin_directory: Option<&Path>,
    variables: &[(&str, &str)],
) -> Result<ServerProcess, ServerError> {
    let port = port::free_pair()?;
    let token = uuid::Uuid::new_v4().simple().to_string();
    let mut arguments = vec![
        "-dev".to_owned(),
        "-dev-no-store-token".to_owned(),
        format!("-dev-listen-address=127.0.0.1:{port}"),
    ];
    if let Some(folder) = plugin_directory {
        arguments.push(format!("-dev-plugin-dir={}", folder.display()));
    }
    // In the environment, which other users cannot read as they can a command line.
    let mut variables = variables.to_vec();
    variables.extend(TOKEN_VARIABLES.map(|name| (name, token.as_str())));
    let mut server = ServerProcess::new(binary, Folders::new()?, port, arguments, &variables);
    server.set_token(token);
    Ok(server)
}

impl Deref for DevServer {
    type Target = ServerProcess;

    fn deref(&self) -> &ServerProcess {
        &self.0
    }
}

impl DerefMut for DevServer {
    fn deref_mut(&mut self) -> &mut ServerProcess {
        &mut self.0
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::time::Duration;

    use super::super::Folder;
    use super::*;

    #[test]
    fn the_token_is_in_the_servers_environment_and_not_in_its_command_line() {
        let folder = Folder::new().unwrap();
        let binary = folder.path().join("server");
        fs::write(&binary, "#!/bin/sh\nenv\necho \"arguments: $*\"\nexec sleep 60\n").unwrap();
        fs::set_permissions(&binary, fs::Permissions::from_mode(0o755)).unwrap();
        let mut server = prepare(&binary, Some(folder.path()), &[]).unwrap();
        server.start().unwrap();
        server.log().wait_for("arguments: ", Duration::from_secs(60)).unwrap();
        let log = server.log().text();
        let arguments = log.lines().find(|line| line.starts_with("arguments: ")).unwrap();
        assert!(arguments.contains("-dev-listen-address="), "{arguments}");
        let pid = server.pid().unwrap();
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap();
        for line in [arguments, &String::from_utf8_lossy(&line)] {
            assert!(!line.contains(server.token()), "{line}");
        }
        for name in TOKEN_VARIABLES {
            assert!(log.contains(&format!("{name}={}\n", server.token())), "{name}");
        }
    }

    #[test]
    fn a_program_that_ends_is_reported_with_its_log_and_without_its_token() {
        let folder = Folder::new().unwrap();
        let binary = folder.path().join("server");
        let script = "#!/bin/sh\necho \"token $BAO_DEV_ROOT_TOKEN_ID\"\necho no server\nexit 3\n";
        fs::write(&binary, script).unwrap();
        fs::set_permissions(&binary, fs::Permissions::from_mode(0o755)).unwrap();
        let error = DevServer::start(&binary, None, &[]).unwrap_err().to_string();
        assert!(error.starts_with("the server was not ready for requests: it ended"), "{error}");
        assert!(error.ends_with("token …\nno server"), "{error}");
    }
}
