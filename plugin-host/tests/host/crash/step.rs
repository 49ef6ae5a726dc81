//! What is done to the leased example.

use fastrand::Rng;

/// One thing that an operator, a client or the server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    WriteConfig,
    DeleteConfig,
    /// Of a role, with a number that every field of it tells.
    WriteRole(&'static str, u64),
    PatchRole(&'static str, u64),
    DeleteRole(&'static str),
    Issue(&'static str),
    /// Of the lease that is held at this place, counted around.
    Renew(u64),
    Revoke(u64),
    /// So many minutes go by, and leases come to their end.
    Wait(u64),
    /// What was left half done is rolled back, whatever its age.
    RollBack,
    /// The process dies between two requests.
    Die,
}

const ROLES: [&str; 2] = ["dev", "ops"];

impl Step {
    /// Each kind of request that changes something.
    pub(super) const CHANGES: [Self; 9] = [
        Self::WriteConfig,
        Self::DeleteConfig,
        Self::WriteRole("dev", 7),
        Self::PatchRole("dev", 8),
        Self::DeleteRole("dev"),
        Self::Issue("dev"),
        Self::Renew(0),
        Self::Revoke(0),
        Self::RollBack,
    ];

    pub(super) fn drawn(rng: &mut Rng) -> Self {
        let role = rng.choice(ROLES).unwrap();
        let number = rng.u64(..1000);
        match rng.u8(..20) {
            0 => Self::WriteConfig,
            1 => Self::DeleteConfig,
            2 | 3 => Self::WriteRole(role, number),
            4 | 5 => Self::PatchRole(role, number),
            6 => Self::DeleteRole(role),
            7..=11 => Self::Issue(role),
            12 | 13 => Self::Renew(number),
            14..=16 => Self::Revoke(number),
            17 => Self::Wait(number % 30),
            18 => Self::RollBack,
            _ => Self::Die,
        }
    }
}
