//! Pairs of identities over an in-memory pipe.

use super::*;

fn pem(certificate: &[u8]) -> String {
    format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        STANDARD.encode(certificate)
    )
}

async fn handshake(server: &Tls, client: &Tls) -> (bool, bool) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let (ours, theirs) = tokio::io::duplex(16 * 1024);
    // In TLS 1.3 the client is done before the server has seen its certificate: only an answer
    // shows that the server took it.
    let serve = async {
        match server.accept(ours).await {
            Ok(mut stream) => stream.write_all(b"!").await.is_ok() && stream.flush().await.is_ok(),
            Err(_) => false,
        }
    };
    let connect = async {
        match client.connect(theirs).await {
            Ok(mut stream) => stream.read_u8().await.is_ok(),
            Err(_) => false,
        }
    };
    tokio::join!(serve, connect)
}

#[tokio::test]
async fn two_sides_that_know_each_other_connect_in_both_roles() {
    let (a, b) = (CertifiedKey::generate().unwrap(), CertifiedKey::generate().unwrap());
    let a_side = Tls::with_peer(&a, &pem(b.certificate())).unwrap();
    let b_side = Tls::with_peer(&b, &pem(a.certificate())).unwrap();
    assert_eq!(handshake(&a_side, &b_side).await, (true, true));
    assert_eq!(handshake(&b_side, &a_side).await, (true, true));
}

#[tokio::test]
async fn a_stranger_is_refused_by_either_side() {
    let (a, b, c) = (
        CertifiedKey::generate().unwrap(),
        CertifiedKey::generate().unwrap(),
        CertifiedKey::generate().unwrap(),
    );
    let a_knows_b = Tls::with_peer(&a, &pem(b.certificate())).unwrap();
    let c_knows_a = Tls::with_peer(&c, &pem(a.certificate())).unwrap();
    assert_eq!(handshake(&a_knows_b, &c_knows_a).await, (false, false));
    let b_knows_c = Tls::with_peer(&b, &pem(c.certificate())).unwrap();
    assert_eq!(handshake(&a_knows_b, &b_knows_c).await, (false, false));
}

#[test]
fn a_certificate_is_not_used_with_another_key() {
    let (a, b, thief) = (
        CertifiedKey::generate().unwrap(),
        CertifiedKey::generate().unwrap(),
        CertifiedKey::generate().unwrap(),
    );
    let stolen = CertifiedKey { certificate: b.certificate.clone(), key: thief.key.clone_key() };
    // What a patched client can do with a stolen certificate is tried over the wire.
    assert!(Tls::with_peer(&stolen, &pem(a.certificate())).is_err());
}

#[test]
fn only_one_certificate_block_in_pem_is_taken() {
    let certified_key = CertifiedKey::generate().unwrap();
    let good = pem(certified_key.certificate());
    assert_eq!(certificate_from_pem(&good).unwrap().as_ref(), certified_key.certificate());
    let with_words = format!("words\n{good}words\n");
    assert!(certificate_from_pem(&with_words).is_ok());
    for bad in [
        "",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\nAA",
        "-----BEGIN CERTIFICATE-----\n%%\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
    ] {
        assert!(matches!(certificate_from_pem(bad), Err(TlsError::Pem)), "{bad}");
    }
}
