//! Password hashes: Argon2id, when it is their turn, beside the thread that serves requests.

use std::sync::{Mutex, PoisonError};

use argon2::password_hash::rand_core::{OsRng, RngCore as _};
use argon2::password_hash::{self, Output, ParamsString, PasswordHash as Parsed, SaltString};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use plugin_runtime::Error;
use plugin_runtime::fields::Sensitive;
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;

use crate::turns::Turns;

/// A password as a request brings it.
pub(crate) type Password = Sensitive<String>;

/// The longest password. All of it is hashed, which a login may ask for without a token.
pub(crate) const MAX_PASSWORD: u32 = 1024;

/// The memory of the hashes, kept for the next ones. Freed and asked for again in blocks of this
/// size on ever other threads, it would pile up in the allocator.
static MEMORY: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

/// The cost that OWASP recommends where memory is short: 7 MiB, in KiB, and five passes.
const MEMORY_COST: u32 = 7 << 10;
const PASSES: u32 = 5;

/// A hash in the form that is stored, which names the algorithm, its cost and the salt.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct PasswordHash(String);

impl PasswordHash {
    /// Returns the hash of a password, with a new salt.
    pub(crate) async fn of(password: Password, turns: &Turns) -> Result<Self, Error> {
        let salt = random()?;
        let hash = at_its_turn(turns, move |memory| {
            let params = Params::new(MEMORY_COST, PASSES, 1, None)?;
            let cost = ParamsString::try_from(&params)?;
            let hash = Parsed {
                algorithm: Algorithm::Argon2id.ident(),
                version: Some(Version::V0x13.into()),
                params: cost,
                salt: Some(salt.as_salt()),
                hash: Some(output(&password, salt.as_salt(), params, memory)?),
            };
            Ok(Self(hash.to_string()))
        });
        hash.await
    }

    /// Returns one that no password is known to have. Comparing with it takes as long as with one
    /// that [`PasswordHash::of`] makes: the two must stay equal in cost.
    pub(crate) fn of_nobody() -> Self {
        let hash = "$argon2id$v=19$m=7168,t=5,p=1$AAAAAAAAAAAAAAAAAAAAAA\
                    $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        Self(hash.to_owned())
    }

    /// Returns whether this is the hash of `password`. The comparison takes the same time wherever
    /// they differ.
    pub(crate) async fn is_of(&self, password: Password, turns: &Turns) -> Result<bool, Error> {
        let hash = self.0.clone();
        let compared = at_its_turn(turns, move |memory| {
            let hash = Parsed::new(&hash)?;
            let salt = hash.salt.ok_or(password_hash::Error::PhcStringField)?;
            let found = output(&password, salt, Params::try_from(&hash)?, memory)?;
            // Constant in time by the type's own equality.
            Ok(hash.hash == Some(found))
        });
        compared.await
    }
}

/// Returns a random text of 128 bits.
pub(crate) fn random() -> Result<SaltString, Error> {
    let mut bytes = [0; 16];
    let none = |error| Error::internal("the system gives no random numbers").with_source(error);
    OsRng.try_fill_bytes(&mut bytes).map_err(none)?;
    SaltString::encode_b64(&bytes).map_err(failed)
}

/// Returns what Argon2id makes of a password.
fn output(
    password: &Password,
    salt: password_hash::Salt<'_>,
    params: Params,
    memory: &mut Vec<Block>,
) -> Result<Output, password_hash::Error> {
    let mut bytes = [0; password_hash::Salt::MAX_LENGTH];
    let salt = salt.decode_b64(&mut bytes)?;
    memory.resize(params.block_count(), Block::default());
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    Output::init_with(Params::DEFAULT_OUTPUT_LEN, |output| {
        let password = password.expose().as_bytes();
        Ok(argon2.hash_password_into_with_memory(password, salt, output, memory)?)
    })
}

/// Runs `work`, which holds a thread for long, when it is its turn.
async fn at_its_turn<T: Send + 'static>(
    turns: &Turns,
    work: impl FnOnce(&mut Vec<Block>) -> Result<T, password_hash::Error> + Send + 'static,
) -> Result<T, Error> {
    let turn = turns.next().await?;
    let done = spawn_blocking(move || {
        // Ends with the work, even when the caller has hung up before.
        let _turn = turn;
        let kept = || MEMORY.lock().unwrap_or_else(PoisonError::into_inner);
        let mut memory = kept().pop().unwrap_or_default();
        let done = work(&mut memory);
        kept().push(memory);
        done
    });
    let unfinished = |error| Error::internal("hashing the password failed").with_source(error);
    done.await.map_err(unfinished)?.map_err(failed)
}

fn failed(error: password_hash::Error) -> Error {
    Error::internal("hashing the password failed").with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::turns::{AT_ONCE, every_turn};

    fn password(text: &str) -> Password {
        text.to_owned().into()
    }

    #[tokio::test]
    async fn a_hash_knows_its_password_and_no_other() {
        let hash = PasswordHash::of(password("correct"), &Turns::default()).await.unwrap();
        assert!(!hash.0.contains("correct"));
        for (text, expected) in [("correct", true), ("Correct", false), ("", false)] {
            assert_eq!(
                hash.is_of(password(text), &Turns::default()).await.unwrap(),
                expected,
                "{text}"
            );
        }
        let again = PasswordHash::of(password("correct"), &Turns::default()).await.unwrap();
        assert_ne!(again.0, hash.0, "each has its own salt");
    }

    #[tokio::test]
    async fn nobodys_hash_costs_as_much_and_has_no_password() {
        let nobody = PasswordHash::of_nobody();
        let somebody = PasswordHash::of(password("correct"), &Turns::default()).await.unwrap();
        let (nobodys, somebodys) =
            (Parsed::new(&nobody.0).unwrap(), Parsed::new(&somebody.0).unwrap());
        assert_eq!(
            (nobodys.algorithm, nobodys.version, &nobodys.params),
            (somebodys.algorithm, somebodys.version, &somebodys.params)
        );
        let lengths = |hash: &Parsed<'_>| {
            (hash.salt.map(|salt| salt.len()), hash.hash.map(|output| output.len()))
        };
        assert_eq!(lengths(&nobodys), lengths(&somebodys));
        for text in ["", "correct"] {
            assert!(!nobody.is_of(password(text), &Turns::default()).await.unwrap(), "{text}");
        }
    }

    #[tokio::test]
    async fn no_more_than_the_allowed_hash_at_once() {
        let all = every_turn().await;
        let waiting =
            tokio::spawn(async { PasswordHash::of(password("correct"), &Turns::default()).await });
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        assert!(!waiting.is_finished(), "there is no turn");
        drop(all);
        waiting.await.unwrap().unwrap();
        assert!(MEMORY.lock().unwrap().len() <= AT_ONCE);
    }

    #[tokio::test]
    async fn what_is_no_hash_is_the_plugins_failure() {
        let broken = PasswordHash("broken".to_owned());
        let error = broken.is_of(password("planted"), &Turns::default()).await.unwrap_err();
        assert_eq!(error.to_string(), "hashing the password failed");
        assert!(!format!("{error:?}").contains("planted"));
    }
}
