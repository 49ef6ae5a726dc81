//! `cargo xtask soak`: an hour's worth of mixed traffic in minutes. No request may be lost or
//! answered wrongly, and nothing may grow.

mod course;
mod disruption;
mod profile;
mod samples;
mod tenant;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use plugin_host::server::procfs;
use plugin_host::{Checksum, Host, Registration};

use crate::dist::{self, Profile as BuildProfile};
use crate::workspace::Workspace;
use cargo_vault_plugin::terminal::{self, say};
use course::{Course, Subject};
use profile::{DOCUMENTS, Profile, USERS};
use samples::{Comparison, Sample, Usage, compare, table};

/// How many samples a run has; each fifth needs some for its median.
const SAMPLES: u32 = 100;

/// How many lines of them are shown.
const ROWS: usize = 20;

/// The options of `cargo xtask soak`.
#[derive(Args, Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The length of the run in minutes.
    #[arg(long, value_name = "N", default_value_t = 3.0)]
    pub minutes: f64,
    /// The seed of the random requests and disruptions.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// The plugins' executables. Default: those of `cargo xtask dist`, or else new debug builds.
    #[arg(value_name = "PLUGIN")]
    pub plugins: Vec<PathBuf>,
}

/// Runs the subcommand.
///
/// # Errors
/// Fails if an answer was missing or wrong, something has grown or was left over, or a plugin
/// cannot be run.
pub fn run(options: &Options) -> Result<()> {
    let duration = Duration::try_from_secs_f64(options.minutes * 60.0).context("--minutes")?;
    if duration < Duration::from_secs(1) {
        bail!("--minutes is too short to see anything");
    }
    let plugins = match options.plugins.as_slice() {
        [] => built()?,
        named => named.to_vec(),
    };
    let profiles = plugins.iter().map(|path| profile_of(path)).collect::<Result<Vec<_>>>()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let samples = runtime.block_on(soak(options, duration, &plugins, &profiles))?;
    let names: Vec<_> = profiles.iter().map(|profile| profile.file).collect();
    verdict(&samples, &names)
}

/// Returns the mocks of `target/dist`, or debug builds.
fn built() -> Result<Vec<PathBuf>> {
    let folder = Workspace::load()?.target_directory.join("dist").join("plugins");
    let files = [DOCUMENTS.file, USERS.file];
    let found: Vec<_> = files.iter().map(|file| folder.join(file)).collect();
    if found.iter().all(|path| path.is_file()) {
        return Ok(found);
    }
    let folder = dist::build(BuildProfile::Debug)?.plugin_directory;
    Ok(files.iter().map(|file| folder.join(file)).collect())
}

fn profile_of(path: &Path) -> Result<Profile> {
    let known = [DOCUMENTS, USERS];
    let name = path.file_name().unwrap_or_default();
    known.into_iter().find(|profile| name == profile.file).with_context(|| {
        format!(
            "{}: no traffic is known for it, only for {} and {}; add it to xtask/src/soak/profile.rs",
            path.display(),
            DOCUMENTS.file,
            USERS.file
        )
    })
}

async fn soak(
    options: &Options,
    duration: Duration,
    plugins: &[PathBuf],
    profiles: &[Profile],
) -> Result<Vec<Sample>> {
    let folder = plugins.first().and_then(|path| path.parent()).context("no plugin")?;
    let folder = std::fs::canonicalize(folder).with_context(|| folder.display().to_string())?;
    let host = Host::builder().plugin_directory(folder).build();
    let mut subjects = Vec::new();
    for (path, profile) in plugins.iter().zip(profiles) {
        let name = |what: &str| format!("{}-{what}", profile.file);
        let subject = Subject { profile: *profile, steady: name("steady"), shaken: name("shaken") };
        for name in [&subject.steady, &subject.shaken] {
            let sum = Checksum::of_file(path).with_context(|| path.display().to_string())?;
            let registration = Registration::new(profile.kind, name, sum);
            host.register(registration.with_command(profile.file)).await?;
        }
        subjects.push(subject);
    }
    let bar = bar(duration);
    let course = Course {
        host,
        subjects,
        duration,
        seed: options.seed,
        interval: duration / SAMPLES,
        usage: usage_of,
    };
    let samples = course.run(|sample| show(&bar, sample)).await;
    bar.finish_and_clear();
    samples.map_err(|error| anyhow!(error))
}

fn usage_of(pid: u32) -> Option<Usage> {
    Some(Usage {
        memory: procfs::resident_bytes(pid)?,
        files: procfs::open_files(pid)? as u64,
        threads: procfs::threads(pid)? as u64,
    })
}

fn bar(duration: Duration) -> ProgressBar {
    if !terminal::shows_bars() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("soak [{elapsed}] {wide_bar} {msg} ({eta} left)")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(duration.as_secs()).with_style(style)
}

fn show(bar: &ProgressBar, sample: &Sample) {
    bar.set_position(sample.at.as_secs());
    bar.set_message(format!(
        "{} requests, {} mounts, {} disruptions",
        sample.requests, sample.mounts, sample.disruptions
    ));
}

fn verdict(samples: &[Sample], names: &[&str]) -> Result<()> {
    for line in table(samples, names, ROWS) {
        say(&line);
    }
    let comparisons = compare(samples, names);
    for comparison in &comparisons {
        say(&comparison.to_string());
    }
    match comparisons.iter().filter(|one| !one.holds()).map(|one: &Comparison| &one.of).next() {
        None => Ok(()),
        Some(first) => bail!("it grows: {first}"),
    }
}
