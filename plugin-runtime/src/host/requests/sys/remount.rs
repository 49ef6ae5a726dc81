//! `sys/remount`.

use serde_json::json;

use super::refusal::refusal;
use super::{Own, data, unsupported};
use crate::host::answer::Answer;

/// What servers say of a move, which they make after they have answered. Here it is done.
const QUEUED: &str = "Mount move has been queued. Progress will be reported in OpenBao's server \
                      log, tagged with the returned migration_id";

impl Own<'_> {
    pub(super) async fn remount(&self) -> Answer {
        if !self.writes() {
            return unsupported();
        }
        let (Some(from), Some(to)) = (self.text("from"), self.text("to")) else {
            let text = "both 'from' and 'to' path must be specified as a string";
            return Answer::refused(400, text);
        };
        match self.host.move_mount(from, to).await {
            Ok(()) => {
                let mut answer = data(json!({ "migration_id": uuid::Uuid::new_v4().to_string() }));
                answer.warnings.push(QUEUED.to_owned());
                answer
            }
            Err(error) => refusal(&error),
        }
    }
}
