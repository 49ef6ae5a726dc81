//! The tick of every minute: periodic work, and unfinished work.

use std::time::Duration;

use plugin_runtime::framework::extract::{MountPoint, Path};
use plugin_runtime::framework::{Framework, Wal, WalEntry, WalHandler, write};
use plugin_runtime::{Error, ErrorKind, Operation, Result, Storage};
use serde_json::{Value, json};

use crate::mount::{Mount, refusal};

async fn begin(wal: Wal) -> Result<()> {
    wal.put("user", &"svc").await?;
    Ok(())
}

async fn begin_and_finish(wal: Wal) -> Result<()> {
    let entry = wal.put("user", &"svc").await?;
    Ok(wal.delete(&entry).await?)
}

async fn begin_as(Path(name): Path<String>, wal: Wal) -> Result<()> {
    wal.put_as(&name, "user", &"svc").await?;
    Ok(())
}

async fn undo(entry: WalEntry<String>, storage: Storage) -> Result<()> {
    if entry.data == "stuck" {
        return Err(Error::new("the other system is away"));
    }
    Ok(storage.put(format!("undone/{}/{}", entry.kind, entry.data), &true).await?)
}

async fn count(storage: Storage) -> Result<()> {
    let ticks: u32 = storage.get("ticks").await?.unwrap_or_default();
    Ok(storage.put("ticks", &(ticks + 1)).await?)
}

async fn fail() -> Result<()> {
    Err(Error::new("the periodic work failed"))
}

fn backend() -> Framework<()> {
    Framework::secrets(())
        .path("begin", write(begin))
        .path("begin/{name*}", write(begin_as))
        .path("finish", write(begin_and_finish))
        .wal(WalHandler::new(undo))
}

async fn plant(mount: &Mount<()>, id: &str, data: &str, created_at: u64) {
    let entry = json!({ "type": "user", "data": data, "created_at": created_at });
    mount.storage.put(format!("wal/{id}"), &entry).await.unwrap();
}

#[tokio::test]
async fn entries_are_kept_in_the_go_sdks_form() {
    let mount = Mount::of(backend());
    mount.write("begin", Value::Null).await.unwrap();
    let ids = mount.storage.list("wal/").await.unwrap();
    let [id] = ids.as_slice() else { panic!("{ids:?}") };
    let entry: Value = mount.storage.get(&format!("wal/{id}")).await.unwrap().unwrap();
    assert_eq!((&entry["type"], &entry["data"]), (&json!("user"), &json!("svc")));
    assert!(entry["created_at"].is_u64(), "{entry}");

    mount.write("finish", Value::Null).await.unwrap();
    assert_eq!(mount.storage.list("wal/").await.unwrap().len(), 1, "what is done is struck");
}

#[tokio::test]
async fn only_what_is_old_enough_is_undone() {
    let mount = Mount::of(backend());
    mount.write("begin", Value::Null).await.unwrap();
    plant(&mount, "old", "old", 1_000_000_000).await;
    assert_eq!(mount.tick(Value::Null).await.unwrap(), None);
    assert_eq!(mount.storage.list("undone/user/").await.unwrap(), ["old"]);
    assert_eq!(mount.storage.list("wal/").await.unwrap().len(), 1);

    assert_eq!(mount.tick(json!({ "immediate": true })).await.unwrap(), None);
    assert_eq!(mount.storage.list("undone/user/").await.unwrap(), ["old", "svc"]);
    assert!(mount.storage.list("wal/").await.unwrap().is_empty());
}

#[tokio::test]
async fn the_minimum_age_is_the_authors() {
    let undo_at_once = WalHandler::new(undo).min_age(Duration::ZERO);
    let mount = Mount::of(backend().wal(undo_at_once));
    mount.write("begin", Value::Null).await.unwrap();
    mount.tick(Value::Null).await.unwrap();
    assert_eq!(mount.storage.list("undone/user/").await.unwrap(), ["svc"]);
}

#[tokio::test]
async fn what_fails_stays_and_does_not_hold_up_the_others() {
    let mount = Mount::of(backend());
    plant(&mount, "a", "stuck", 1).await;
    plant(&mount, "b", "svc", 1).await;
    mount.storage.put("wal/c", &json!("no entry")).await.unwrap();
    let answer = mount.tick(Value::Null).await.unwrap().unwrap();
    let text = answer.error_message().unwrap();
    assert!(text.contains("a: the other system is away"), "{text}");
    assert!(text.contains("c: the write-ahead log's entry cannot be read"), "{text}");
    assert_eq!(mount.storage.list("undone/user/").await.unwrap(), ["svc"]);
    assert_eq!(mount.storage.list("wal/").await.unwrap(), ["a", "c"]);
}

#[tokio::test]
async fn the_tick_and_each_entry_know_the_mount_point() {
    async fn note(MountPoint(at): MountPoint, storage: Storage) -> Result<()> {
        Ok(storage.put("periodic", &at).await?)
    }
    async fn note_entry(
        _: WalEntry<String>,
        MountPoint(at): MountPoint,
        storage: Storage,
    ) -> Result<()> {
        Ok(storage.put("entry", &at).await?)
    }
    let backend = Framework::secrets(()).periodic(note).wal(WalHandler::new(note_entry));
    let mount = Mount::of(backend);
    plant(&mount, "a", "svc", 1).await;
    let mut tick = mount.request(Operation::Rollback, "", Value::Null);
    tick.mount_point = "team/mock/".to_owned();
    mount.send_request(tick).await.unwrap();
    for key in ["periodic", "entry"] {
        let seen: Option<String> = mount.storage.get(key).await.unwrap();
        assert_eq!(seen.as_deref(), Some("team/mock/"), "{key}");
    }
}

#[tokio::test]
async fn the_periodic_function_runs_at_each_tick() {
    let mount = Mount::of(backend().periodic(count));
    for _ in 0..3 {
        assert_eq!(mount.tick(Value::Null).await.unwrap(), None);
    }
    assert_eq!(mount.storage.get::<u32>("ticks").await.unwrap(), Some(3));
}

#[tokio::test]
async fn one_tick_runs_both_periodic_functions_and_tells_of_both_failures() {
    let mount = Mount::of(backend().periodic(count).periodic_on_every_node(count));
    assert_eq!(mount.tick(Value::Null).await.unwrap(), None);
    assert_eq!(mount.storage.get::<u32>("ticks").await.unwrap(), Some(2));

    let other = || async { Err::<(), _>(Error::internal("the other work failed")) };
    let mount = Mount::of(backend().periodic(fail).periodic_on_every_node(other));
    let failed = refusal(mount.tick(Value::Null).await);
    let text = "the periodic work failed; the other work failed".to_owned();
    assert_eq!(failed, (ErrorKind::Unknown, text));
}

#[tokio::test]
async fn a_failed_periodic_function_does_not_keep_the_log_waiting() {
    let mount = Mount::of(backend().periodic(fail));
    plant(&mount, "old", "old", 1).await;
    let failed = refusal(mount.tick(Value::Null).await);
    assert_eq!(failed, (ErrorKind::Unknown, "the periodic work failed".to_owned()));
    assert_eq!(mount.storage.list("undone/user/").await.unwrap(), ["old"]);
}

#[tokio::test]
async fn a_backend_with_neither_has_nothing_to_do() {
    let mount = Mount::of(Framework::secrets(()));
    assert_eq!(mount.tick(Value::Null).await.unwrap(), None);
}

#[tokio::test]
async fn an_entry_of_the_same_name_takes_the_place_of_the_one_before() {
    let mount = Mount::of(backend());
    for _ in 0..2 {
        mount.write("begin/request-1", Value::Null).await.unwrap();
    }
    assert_eq!(mount.storage.list("wal/").await.unwrap(), ["request-1"]);
    let (_, text) = refusal(mount.write("begin/a/b", Value::Null).await);
    assert_eq!(
        text,
        "`a/b` is not a valid name for an entry of the write-ahead log: \
         it must not be empty or contain a slash"
    );
    assert_eq!(
        mount.storage.list("wal/").await.unwrap(),
        ["request-1"],
        "none is lost in a folder"
    );
}
