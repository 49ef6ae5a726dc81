//! The same with a process that is really killed.

use plugin_host::{Checksum, Fault, Host, PluginType, Registration, When};

use super::drawn;
use super::model::Model;
use super::seeds::with_seeds;
use super::step::Step;
use crate::tutorial::example;

async fn of_process() -> Model {
    let plugin = example("leased");
    let host = Host::builder().plugin_directory(plugin.parent().unwrap()).build();
    let sum = Checksum::of_file(&plugin).unwrap();
    host.register(Registration::new(PluginType::Secret, "leased", sum)).await.unwrap();
    Model::of(host).await
}

#[tokio::test]
async fn a_token_is_issued_once_although_the_process_dies_at_any_call() {
    let mut call = 0;
    let mut repeated = true;
    while repeated {
        call += 1;
        for fault in [Fault::KillBefore, Fault::KillAfter] {
            let mut model = of_process().await.prepared().await;
            let pid = model.host().process("leased").unwrap().unwrap().pid();
            model.faults.add(When::nth(call), fault.clone());
            assert!(model.take(Step::Issue("dev"), 1).await, "{fault:?} at call {call}");
            repeated = model.host().process("leased").unwrap().unwrap().pid() != pid;
            model.settles().await;
        }
    }
    assert!(call > 4, "only {call} calls");
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_and_nothing_half_done_is_left() {
    with_seeds(12, async |seed| drawn::run(of_process().await, seed, 25).await).await;
}
