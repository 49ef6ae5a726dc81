//! Refuses what is declared twice, where only the last declaration would count.

use crate::framework::FrameworkError;
use crate::framework::dispatch::Declared;
use crate::framework::pattern::Pattern;

/// Refuses second handlers, names and descriptions where there can be only one.
pub(super) fn check<S: 'static>(
    declared: &Declared<S>,
    patterns: &[Pattern],
) -> Result<(), FrameworkError> {
    if let Some(what) = declared.twice {
        return Err(FrameworkError::BackendTwice(what));
    }
    for (index, secret) in declared.secret_types.iter().enumerate() {
        if declared.secret_types[..index].iter().any(|other| other.name == secret.name) {
            return Err(FrameworkError::SecretType(secret.name));
        }
        if secret.renewed_twice {
            return Err(FrameworkError::RenewTwice(secret.name));
        }
    }
    for (pattern, path) in patterns.iter().zip(&declared.paths) {
        let text = || pattern.as_str().to_owned();
        if let Some(what) = path.operations.twice {
            return Err(FrameworkError::Twice { path: text(), what });
        }
        let described = &path.operations.attributes.parameters;
        for (index, (name, _)) in described.iter().enumerate() {
            if !pattern.param_names().any(|known| known == name) {
                return Err(FrameworkError::Parameter { path: text(), name: name.clone() });
            }
            if described[..index].iter().any(|(other, _)| other == name) {
                return Err(FrameworkError::ParameterTwice { path: text(), name: name.clone() });
            }
        }
    }
    Ok(())
}
