//! Handshakes over an in-memory pipe.

use zeroize::Zeroizing;

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
    // In TLS 1.3, the client's handshake ends before the server has seen its certificate: only an
    // answer shows that the server has accepted it.
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
    // The wire tests try what a patched client can do with a stolen certificate.
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

/// Pairs as a server makes them, which is by Go's own library.
const PAIRS: [(&[u8], &[u8]); 2] = [
    (
        include_bytes!("../../../tests/shared_pairs/one.crt.der"),
        include_bytes!("../../../tests/shared_pairs/one.key.der"),
    ),
    (
        include_bytes!("../../../tests/shared_pairs/other.crt.der"),
        include_bytes!("../../../tests/shared_pairs/other.key.der"),
    ),
];

fn pair(index: usize) -> SharedPair {
    let (certificate, key) = PAIRS[index];
    SharedPair::new(certificate, &Zeroizing::new(key.to_vec())).unwrap()
}

/// Configures only one version of TLS.
fn with_shared_pair_by(version: &'static SupportedProtocolVersion, index: usize) -> Tls {
    let certified_key = Arc::clone(&pair(index).certified_key);
    let peer = CertificateDer::from(PAIRS[index].0.to_vec());
    let provider = provider::for_shared_pair();
    Tls::pinned(certified_key, peer, provider, &[version], pair(index).name.clone()).unwrap()
}

#[tokio::test]
async fn the_holders_of_a_shared_pair_connect_in_both_roles() {
    let (one, same) = (pair(0), pair(0));
    let ours = Tls::with_shared_pair(&one).unwrap();
    let theirs = Tls::with_shared_pair(&same).unwrap();
    assert_eq!(handshake(&ours, &theirs).await, (true, true));
    assert_eq!(handshake(&theirs, &ours).await, (true, true));
    assert_eq!(ours.origin(), "https://6d1a4c7e-0b53-4f7e-9a3c-2f5d8e1b7a90");
}

#[tokio::test]
async fn a_shared_pair_works_with_each_version_of_tls() {
    let ours = Tls::with_shared_pair(&pair(0)).unwrap();
    for version in [&TLS12, &TLS13] {
        let theirs = with_shared_pair_by(version, 0);
        assert_eq!(handshake(&ours, &theirs).await, (true, true), "{version:?}");
        assert_eq!(handshake(&theirs, &ours).await, (true, true), "{version:?}");
    }
}

#[tokio::test]
async fn who_has_another_pair_is_refused_in_each_version_of_tls() {
    let ours = Tls::with_shared_pair(&pair(0)).unwrap();
    let stranger = CertifiedKey::generate().unwrap();
    let by_auto_mtls = Tls::with_certificate(&stranger, PAIRS[0].0).unwrap();
    assert!(!handshake(&ours, &by_auto_mtls).await.0);
    assert!(!handshake(&by_auto_mtls, &ours).await.1);
    for version in [&TLS12, &TLS13] {
        let theirs = with_shared_pair_by(version, 1);
        assert!(!handshake(&ours, &theirs).await.0, "{version:?}");
        assert!(!handshake(&theirs, &ours).await.1, "{version:?}");
    }
}

#[tokio::test]
async fn auto_mtls_speaks_no_older_version() {
    let (a, b) = (CertifiedKey::generate().unwrap(), CertifiedKey::generate().unwrap());
    let ours = Tls::with_certificate(&a, b.certificate()).unwrap();
    let provider = provider::for_shared_pair();
    let key = PrivateKeyDer::Pkcs8(b.key.clone_key());
    let key = sign::CertifiedKey::from_der(vec![b.certificate.clone()], key, &provider).unwrap();
    let name = ServerName::try_from(SERVER_NAME).unwrap();
    let theirs =
        Tls::pinned(Arc::new(key), a.certificate.clone(), provider, &[&TLS12], name).unwrap();
    assert_eq!(handshake(&ours, &theirs).await, (false, false));
    assert_eq!(handshake(&theirs, &ours).await, (false, false));
}

#[test]
fn a_shared_pair_is_a_certificate_of_one_name_and_its_key() {
    let [(certificate, key), (other, _)] = PAIRS;
    let key = Zeroizing::new(key.to_vec());
    assert!(matches!(SharedPair::new(b"", &key), Err(TlsError::SharedCertificate)));
    assert!(matches!(SharedPair::new(other, &key), Err(TlsError::Rustls(_))), "another key");
    assert!(matches!(
        SharedPair::new(certificate, &Zeroizing::default()),
        Err(TlsError::Rustls(_))
    ));
    for names in [&[][..], &["a.example", "b.example"]] {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let key = rcgen::KeyPair::generate().unwrap();
        let named = rcgen::CertificateParams::new(names).unwrap().self_signed(&key).unwrap();
        let refused = SharedPair::new(named.der(), &Zeroizing::new(key.serialize_der()));
        assert!(matches!(refused, Err(TlsError::SharedCertificate)));
    }
    let shown = format!("{:?}", pair(0));
    assert!(shown.len() < 100, "{shown}");
}
