//! Logins.

use plugin_proto::pb;

use super::identity::{alias_from_wire, alias_to_wire};
use super::lease::{duration_from_wire, duration_to_wire, lease_from_wire, lease_to_wire};
use crate::{Auth, BoundCidr, Data, TokenType};

const TOKEN_TYPES: [TokenType; 5] = [
    TokenType::Default,
    TokenType::Service,
    TokenType::Batch,
    TokenType::DefaultService,
    TokenType::DefaultBatch,
];

pub(super) fn auth_to_wire(auth: Auth) -> pb::Auth {
    let position = TOKEN_TYPES.iter().position(|known| *known == auth.token_type);
    pb::Auth {
        lease_options: Some(lease_to_wire(&auth.lease)),
        internal_data: auth.internal_data.into_wire(),
        display_name: auth.display_name,
        policies: auth.policies,
        metadata: auth.metadata.into_iter().collect(),
        client_token: auth.client_token,
        accessor: auth.accessor,
        period: duration_to_wire(auth.period),
        num_uses: i64::try_from(auth.num_uses).unwrap_or(i64::MAX),
        entity_id: auth.entity_id,
        alias: auth.alias.map(alias_to_wire),
        group_aliases: auth.group_aliases.into_iter().map(alias_to_wire).collect(),
        bound_cidrs: auth.bound_cidrs.iter().map(ToString::to_string).collect(),
        token_policies: auth.token_policies,
        identity_policies: auth.identity_policies,
        explicit_max_ttl: duration_to_wire(auth.explicit_max_ttl),
        token_type: position.and_then(|position| u32::try_from(position).ok()).unwrap_or(0),
        no_default_policy: auth.no_default_policy,
    }
}

pub(super) fn auth_from_wire(auth: pb::Auth) -> Auth {
    let token_type = usize::try_from(auth.token_type).ok();
    Auth {
        lease: lease_from_wire(auth.lease_options),
        internal_data: Data::from_wire(auth.internal_data),
        display_name: auth.display_name,
        policies: auth.policies,
        metadata: auth.metadata.into_iter().collect(),
        client_token: auth.client_token,
        accessor: auth.accessor,
        period: duration_from_wire(auth.period),
        num_uses: u64::try_from(auth.num_uses).unwrap_or_default(),
        entity_id: auth.entity_id,
        alias: auth.alias.map(alias_from_wire),
        group_aliases: auth.group_aliases.into_iter().map(alias_from_wire).collect(),
        bound_cidrs: auth.bound_cidrs.into_iter().map(BoundCidr::from_wire).collect(),
        token_policies: auth.token_policies,
        identity_policies: auth.identity_policies,
        explicit_max_ttl: duration_from_wire(auth.explicit_max_ttl),
        token_type: token_type
            .and_then(|number| TOKEN_TYPES.get(number).copied())
            .unwrap_or_default(),
        no_default_policy: auth.no_default_policy,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{Alias, Lease};

    #[test]
    fn a_login_survives_the_trip() {
        let auth = Auth {
            lease: Lease::of(Duration::from_secs(30)).renewable_up_to(Duration::from_secs(3600)),
            internal_data: Data::new(&serde_json::json!({ "version": 3 })).unwrap(),
            display_name: "bob".to_owned(),
            policies: vec!["a".to_owned(), "b".to_owned()],
            metadata: [("user".to_owned(), "bob".to_owned())].into(),
            period: Duration::from_secs(60),
            num_uses: 7,
            alias: Some(Alias::named("bob")),
            group_aliases: vec![Alias::named("staff")],
            bound_cidrs: vec!["10.0.0.0/8".parse().unwrap()],
            explicit_max_ttl: Duration::from_secs(7200),
            token_type: TokenType::Batch,
            no_default_policy: true,
            ..Auth::default()
        };
        let wire = auth_to_wire(auth.clone());
        assert_eq!(wire.token_type, 2);
        assert_eq!(wire.internal_data, r#"{"version":3}"#);
        assert_eq!(auth_from_wire(wire), auth);
    }

    #[test]
    fn internal_data_is_null_rather_than_empty() {
        assert_eq!(auth_to_wire(Auth::default()).internal_data, "null");
    }

    #[test]
    fn an_unknown_token_type_is_the_default() {
        let wire = pb::Auth { token_type: 99, num_uses: -1, ..pb::Auth::default() };
        let auth = auth_from_wire(wire);
        assert_eq!((auth.token_type, auth.num_uses), (TokenType::Default, 0));
    }
}
