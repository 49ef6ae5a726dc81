//! What may be registered and mounted, and which file is executed.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use plugin_host::{
    CatalogError, Checksum, Enable, Host, HostError, LaunchError, PluginType, Registration,
};

use crate::scratch::{PATIENCE, Scratch, until};

fn refused(result: Result<(), HostError>) -> CatalogError {
    match result.unwrap_err() {
        HostError::Catalog(error) => error,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn only_files_of_the_plugin_directory_are_taken() {
    let scratch = Scratch::new();
    let outside = scratch.other("outside");
    std::fs::write(&outside, "").unwrap();
    std::os::unix::fs::symlink(&outside, scratch.plugins().join("leads-out")).unwrap();
    std::fs::create_dir(scratch.plugins().join("folder")).unwrap();
    std::fs::write(scratch.plugins().join("folder/file"), "").unwrap();
    let host = scratch.builder().build();
    let sum = Checksum::of_file(&outside).unwrap();
    let entry = |name: &str| Registration::new(PluginType::Secret, name, sum);
    let error = refused(host.register(entry("x").with_command("../outside")).await);
    assert!(matches!(error, CatalogError::ParentReference), "{error}");
    for command in ["leads-out", "folder/file", outside.to_str().unwrap()] {
        let error = refused(host.register(entry("x").with_command(command)).await);
        assert!(matches!(error, CatalogError::Outside(_)), "{command}: {error}");
        assert!(error.to_string().contains("outside of configured plugin directory"), "{error}");
    }
    let error = refused(host.register(entry("absent")).await);
    assert!(error.to_string().starts_with("cannot find "), "{error}");
    let error = refused(host.register(entry("")).await);
    assert!(matches!(error, CatalogError::Name(_)), "{error}");
    for name in ["..", "a..b"] {
        let error = refused(host.register(entry(name)).await);
        assert!(matches!(error, CatalogError::ParentReference), "{name}: {error}");
    }
    let error = refused(host.register(entry("x").with_version("1.2")).await);
    assert!(matches!(error, CatalogError::Version(_)), "{error}");
    let error = refused(Host::new().register(entry("x")).await);
    assert!(matches!(error, CatalogError::NoDirectory), "{error}");
    assert!(host.plugins().is_empty());
}

#[tokio::test]
async fn a_link_within_the_directory_is_a_plugin() {
    let scratch = Scratch::new();
    scratch.example("wire_backend", "file");
    std::os::unix::fs::symlink("file", scratch.plugins().join("link")).unwrap();
    let host = scratch.builder().build();
    host.register(scratch.registration("link")).await.unwrap();
    host.enable(Enable::secrets("link")).await.unwrap();
    host.disable("link").await.unwrap();
    scratch.is_clean().await;
}

#[tokio::test]
async fn another_file_than_the_registered_one_is_not_executed() {
    let scratch = Scratch::new();
    scratch.example("wire_backend", "plugin");
    let host = scratch.builder().build();
    host.register(scratch.registration("plugin")).await.unwrap();
    std::fs::remove_file(scratch.plugins().join("plugin")).unwrap();
    scratch.script("plugin", "exec sleep 600");
    let error = host.enable(Enable::secrets("plugin")).await.unwrap_err();
    assert!(matches!(error, HostError::Launch(LaunchError::Checksum { .. })), "{error}");
    assert!(scratch.pids().is_empty(), "it was executed");
    assert!(host.mounts().is_empty());
}

/// Ends a thread that looks at it, also when a test fails.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn the_file_that_was_checked_is_the_one_that_is_executed() {
    let scratch = Scratch::new();
    let good = scratch.example("wire_backend", "good");
    let evil = scratch.script("evil", "exec sleep 600");
    let plugin = scratch.plugins().join("plugin");
    let place = |from: &Path| {
        let new = plugin.with_extension("new");
        std::fs::hard_link(from, &new).unwrap();
        std::fs::rename(&new, &plugin).unwrap();
        // Two names of one file: such a rename does nothing.
        let _ = std::fs::remove_file(&new);
    };
    place(&good);
    let sum = Checksum::of_file(&good).unwrap();
    let stop = AtomicBool::new(false);
    let mut others = Vec::new();
    std::thread::scope(|scope| {
        let swapping = scope.spawn(|| {
            while !stop.load(Ordering::SeqCst) {
                place(&evil);
                std::thread::yield_now();
                place(&good);
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        let stop_at_last = Stop(&stop);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            for _ in 0..20 {
                match scratch.launch(&plugin).checksum(sum).start().await {
                    Ok(process) => drop(process.shut_down().await),
                    Err(LaunchError::Checksum { .. }) => {}
                    Err(other) => others.push(format!("{other:?}")),
                }
            }
        });
        drop(stop_at_last);
        swapping.join().unwrap();
    });
    assert!(scratch.pids().is_empty(), "the other file was executed");
    assert!(others.is_empty(), "{others:?}");
}

#[tokio::test]
async fn a_plugins_own_version_counts() {
    let scratch = Scratch::new();
    scratch.example("wire_backend", "plugin");
    let host = scratch.builder().build();
    let plugin = scratch.registration("plugin");
    host.register(plugin.clone()).await.unwrap();
    assert_eq!(host.plugins()[0].version, "v1.2.3", "as it says itself");
    let error = refused(host.register(plugin.with_version("9.9.9")).await);
    assert_eq!(
        error.to_string(),
        "plugin version mismatch: plugin reported version (v1.2.3) did not match requested version \
         (v9.9.9)"
    );
    let mount = host.enable(Enable::secrets("plugin").version("v1.2.3")).await.unwrap();
    assert_eq!((mount.version.as_str(), mount.running_version.as_str()), ("v1.2.3", "v1.2.3"));
    let wrong = host.enable(Enable::secrets("plugin").at("b").version("v1.2.4")).await;
    assert!(wrong.unwrap_err().to_string().contains("v1.2.4"));
}

#[tokio::test]
async fn the_unversioned_plugin_wins_and_then_the_highest_version() {
    let scratch = Scratch::new();
    // It never starts, and so it has no version of its own.
    scratch.script("plugin", "exit 1");
    let host = scratch.builder().build();
    for version in ["v1.9.0", "", "v1.10.0"] {
        host.register(scratch.registration("plugin").with_version(version)).await.unwrap();
    }
    let failed = host.enable(Enable::secrets("plugin")).await.unwrap_err();
    assert!(matches!(failed, HostError::Launch(LaunchError::NoHandshake { .. })), "{failed}");
    let versions: Vec<_> = host.plugins().iter().map(|plugin| plugin.version.clone()).collect();
    assert_eq!(versions, ["", "v1.10.0", "v1.9.0"]);
    host.deregister(PluginType::Secret, "plugin", "").unwrap();
    let twice = host.deregister(PluginType::Secret, "plugin", "").unwrap_err();
    assert!(twice.to_string().contains("plugin not found in the catalog"), "{twice}");
    let auth = host.enable(Enable::auth("plugin")).await.unwrap_err();
    assert!(auth.to_string().contains("plugin not found in the catalog"), "{auth}");
    scratch.is_clean().await;
}

#[tokio::test]
async fn a_plugin_that_hangs_when_it_is_registered_is_given_up() {
    let scratch = Scratch::new();
    scratch.script("silent", "exec sleep 600");
    let run = scratch.run();
    let host = Host::builder()
        .plugin_directory(scratch.plugins())
        .launch(move |path| {
            let launch = plugin_host::Launch::new(path).directory(&run);
            launch.start_timeout(Duration::from_millis(100))
        })
        .build();
    let registered = host.register(scratch.registration("silent"));
    tokio::time::timeout(PATIENCE, registered).await.unwrap().unwrap();
    scratch.is_clean().await;
    // A caller that gives up enabling leaves nothing behind either.
    let host = scratch.builder().build();
    let registering = tokio::spawn({
        let (host, plugin) = (host.clone(), scratch.registration("silent"));
        async move { host.register(plugin).await }
    });
    until("it runs", || scratch.pids().len() == 2).await;
    registering.abort();
    assert!(registering.await.is_err());
    scratch.is_clean().await;
}
