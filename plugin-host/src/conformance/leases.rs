//! Leases: renewed, revoked, and revoked once more.

use std::time::SystemTime;

use plugin_proto::pb;
use serde_json::Value;

use super::finding::{Check, Finding};
use super::samples::{NAME, Samples};
use super::subject::died;
use super::trial::{Called, Trial};

/// How many paths are tried for a lease.
const MOST: usize = 40;

/// Looks for a lease, and takes it to its end.
pub(super) async fn revoked(trial: &Trial, samples: &Samples) -> Vec<Finding> {
    let renew = Check { name: "renewal", tried: "the renewal of a lease" };
    let revoke = Check { name: "revocation twice", tried: "two revocations of one lease" };
    let issued = match issue(trial, samples).await {
        Ok(issued) => issued,
        Err(finding) => return vec![*finding],
    };
    let Some((path, called, secret)) = issued else {
        let none = "no documented read issues a lease; without one the plugin needs no revocation";
        return vec![renew.skipped(none), revoke.skipped(none)];
    };
    let renewable = secret.lease_options.as_ref().is_some_and(|options| options.renewable);
    let data = called.answer().data;
    let request = |operation| lease_request(trial, operation, &path, &data, &secret);
    let mut findings = Vec::new();
    findings.push(if renewable {
        let renewed = trial.send(request("renew")).await;
        if !renewed.succeeded() {
            renew.failure(
                format!("a lease of {path} says that it is renewable: {}", renewed.shown()),
                "shows this error to the client that renews the lease",
                "handle the operation renew, or issue leases that are not renewable",
            )
        } else if renewed.secret().is_none() {
            renew.warning(
                "the answer has no secret",
                "reports that the lease was renewed, but its end does not change",
                "answer with the secret of the request and its new time to live",
            )
        } else {
            renew.ok(format!("a lease of {path} is renewed"))
        }
    } else {
        renew.skipped(format!("the lease of {path} is not renewable"))
    });
    let remedy = "let the revocation of a secret that is already gone succeed";
    let first = trial.send(request("revoke")).await;
    findings.push(if !first.succeeded() {
        revoke.failure(
            format!("the first one: {}", first.shown()),
            "tries six times and then keeps the lease as irrevocable",
            "handle the operation revoke for every lease that is issued",
        )
    } else {
        let second = trial.send(request("revoke")).await;
        if second.succeeded() {
            revoke
                .ok(format!("a lease of {path} is revoked, and revoking it again changes nothing"))
        } else {
            revoke.failure(
                format!("the second one: {}", second.shown()),
                "revokes again when the first answer is lost, and can never remove the lease",
                remedy,
            )
        }
    });
    findings
}

type Issued = Option<(String, Called, pb::Secret)>;

/// Reads documented paths until one answers with a lease.
async fn issue(trial: &Trial, samples: &Samples) -> Result<Issued, Box<Finding>> {
    for sample in &samples.all {
        trial.write(&sample.path, &sample.data).await;
    }
    let documented = samples.document.paths.iter().filter(|path| path.reads);
    for path in documented.take(MOST).map(|path| path.named(NAME)) {
        let called = trial.read(&path).await;
        let check = Check { name: "reads", tried: "a read of each documented path" };
        if let Some(death) = died(check, trial) {
            return Err(Box::new(death));
        }
        if let Some(secret) = called.secret() {
            return Ok(Some((path, called, secret)));
        }
    }
    Ok(None)
}

fn lease_request(
    trial: &Trial,
    operation: &str,
    path: &str,
    data: &Value,
    secret: &pb::Secret,
) -> pb::Request {
    let mut secret = secret.clone();
    secret.lease_options.get_or_insert_default().issue_time = Some(SystemTime::now().into());
    let mut request = trial.request(operation, path, data);
    (request.secret, request.connection) = (Some(secret), None);
    request.client_token.clear();
    request
}
