//! The key and the certificate that a server and a plugin of protocol 3 or 4 share: both sides
//! present the same.

use std::fmt;
use std::time::{Duration, SystemTime};

use p521::ecdsa::signature::Signer as _;
use p521::ecdsa::{Signature, SigningKey, VerifyingKey};
use p521::elliptic_curve::rand_core::OsRng;
use sec1::{EcParameters, EcPrivateKey};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::asn1::{Any, BitString, Ia5String, OctetString, SetOfVec, Utf8StringRef};
use x509_cert::der::oid::AssociatedOid;
use x509_cert::der::oid::db::{rfc4519, rfc5280, rfc5912};
use x509_cert::der::{Encode, Error};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName};
use x509_cert::name::{RdnSequence, RelativeDistinguishedName};
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::{Time, Validity};
use x509_cert::{Certificate, TbsCertificate, Version};
use zeroize::Zeroizing;

/// How long before its creation a certificate is valid, for clocks that differ.
const BEFORE: Duration = Duration::from_secs(30);

/// How long a certificate is valid: 30 years, as servers make them.
const VALIDITY: Duration = Duration::from_secs(262_980 * 3600);

/// A key on P-521 and a certificate for it, made for one process.
#[derive(Clone)]
pub(crate) struct SharedKey {
    certificate: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

impl SharedKey {
    /// Creates a key, and a certificate whose name is a random UUID.
    pub(crate) fn generate() -> Result<Self, Error> {
        let key = SigningKey::random(&mut OsRng);
        let name = uuid::Uuid::new_v4().to_string();
        Ok(Self { certificate: certificate(&key, &name)?, key: sec1_key(&key)? })
    }

    /// Returns the certificate in DER.
    pub(crate) fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// Returns the private key in SEC1's DER.
    pub(crate) fn key(&self) -> &Zeroizing<Vec<u8>> {
        &self.key
    }
}

impl fmt::Debug for SharedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedKey").finish_non_exhaustive()
    }
}

/// Returns the point of the public key, uncompressed.
fn point(key: &SigningKey) -> Vec<u8> {
    VerifyingKey::from(key).to_encoded_point(false).as_bytes().to_vec()
}

fn sec1_key(key: &SigningKey) -> Result<Zeroizing<Vec<u8>>, Error> {
    let private_key = Zeroizing::new(key.to_bytes());
    let point = point(key);
    let key = EcPrivateKey {
        private_key: &private_key,
        // Go does not read a key that does not name its curve.
        parameters: Some(EcParameters::NamedCurve(rfc5912::SECP_521_R_1)),
        public_key: Some(&point),
    };
    key.to_der().map(Zeroizing::new)
}

fn certificate(key: &SigningKey, name: &str) -> Result<Vec<u8>, Error> {
    let now = SystemTime::now();
    let algorithm = AlgorithmIdentifierOwned { oid: rfc5912::ECDSA_WITH_SHA_512, parameters: None };
    let subject = common_name(name)?;
    let [serial @ .., _, _, _, _] = uuid::Uuid::new_v4().into_bytes();
    let tbs_certificate = TbsCertificate {
        version: Version::V3,
        serial_number: SerialNumber::new(&serial)?,
        signature: algorithm.clone(),
        issuer: subject.clone(),
        validity: Validity {
            not_before: Time::try_from(now - BEFORE)?,
            not_after: Time::try_from(now + VALIDITY)?,
        },
        subject,
        subject_public_key_info: SubjectPublicKeyInfoOwned {
            algorithm: AlgorithmIdentifierOwned {
                oid: rfc5912::ID_EC_PUBLIC_KEY,
                parameters: Some(Any::from(rfc5912::SECP_521_R_1)),
            },
            subject_public_key: BitString::from_bytes(&point(key))?,
        },
        issuer_unique_id: None,
        subject_unique_id: None,
        extensions: Some(vec![
            extension(
                true,
                &KeyUsage(
                    KeyUsages::DigitalSignature
                        | KeyUsages::KeyEncipherment
                        | KeyUsages::KeyAgreement,
                ),
            )?,
            extension(
                false,
                &ExtendedKeyUsage(vec![rfc5280::ID_KP_SERVER_AUTH, rfc5280::ID_KP_CLIENT_AUTH]),
            )?,
            extension(false, &SubjectAltName(vec![GeneralName::DnsName(Ia5String::new(name)?)]))?,
        ]),
    };
    let signature: Signature = key.sign(&tbs_certificate.to_der()?);
    Certificate {
        tbs_certificate,
        signature_algorithm: algorithm,
        signature: BitString::from_bytes(signature.to_der().as_bytes())?,
    }
    .to_der()
}

fn common_name(name: &str) -> Result<RdnSequence, Error> {
    let value = Any::from(Utf8StringRef::new(name)?);
    let name = AttributeTypeAndValue { oid: rfc4519::CN, value };
    let names = SetOfVec::try_from(vec![name])?;
    Ok(RdnSequence(vec![RelativeDistinguishedName(names)]))
}

fn extension<T: AssociatedOid + Encode>(critical: bool, value: &T) -> Result<Extension, Error> {
    let extn_value = OctetString::new(value.to_der()?)?;
    Ok(Extension { extn_id: T::OID, critical, extn_value })
}
