//! Wrapping tokens in the form that plugins of protocols 3 and 4 get: a JSON Web Token that says
//! which server unwraps it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p521::ecdsa::signature::Signer as _;
use p521::ecdsa::{Signature, SigningKey};
use p521::elliptic_curve::rand_core::OsRng;
use serde_json::{Value, json};
use zeroize::Zeroizing;

/// Signs the tokens of one host.
pub(super) struct Signing {
    key: SigningKey,
}

impl Signing {
    pub(super) fn new() -> Self {
        Self { key: SigningKey::random(&mut OsRng) }
    }

    /// Returns a token that `address` unwraps, for as long as `ttl`.
    pub(super) fn token(&self, address: &str, ttl: Duration) -> Zeroizing<String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let header = json!({ "alg": "ES512", "typ": "JWT" });
        let claims = json!({
            "accessor": "",
            "addr": address,
            "exp": now.saturating_add(ttl.as_secs()),
            "iat": now,
            "jti": uuid::Uuid::new_v4().to_string(),
            "type": "wrapping",
        });
        let encoded = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encoded(&header), encoded(&claims));
        let signature: Signature = self.key.sign(signed.as_bytes());
        Zeroizing::new(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use p521::ecdsa::VerifyingKey;
    use p521::ecdsa::signature::Verifier as _;

    use super::*;

    #[test]
    fn a_token_has_three_parts_and_says_who_unwraps_it() {
        let signing = Signing::new();
        let token = signing.token("http://127.0.0.1:1", Duration::from_secs(60));
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, signature] = parts[..] else { panic!("{} parts", parts.len()) };
        let read = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap();
        let json = |part: &str| serde_json::from_slice::<Value>(&read(part)).unwrap();
        assert_eq!(json(header)["alg"], "ES512");
        let claims_read = json(claims);
        assert_eq!(
            (&claims_read["addr"], &claims_read["type"]),
            (&json!("http://127.0.0.1:1"), &json!("wrapping"))
        );
        let seconds = |name: &str| claims_read[name].as_u64().unwrap();
        assert_eq!(seconds("exp") - seconds("iat"), 60);
        let signature = Signature::from_slice(&read(signature)).unwrap();
        let signed = format!("{header}.{claims}");
        VerifyingKey::from(&signing.key).verify(signed.as_bytes(), &signature).unwrap();
    }
}
