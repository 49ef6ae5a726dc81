//! Database plugins: configurations, passwords, keys and the statements they are put into.

use std::fmt;

use prost_types::Struct;

use super::{Count, Keys, Length};
use crate::dbplugin::v5::{
    ChangePassword, ChangePublicKey, InitializeRequest, InitializeResponse, NewUserRequest,
    Statements,
};

fn keys(config: Option<&Struct>) -> Option<Keys<'_>> {
    config.map(|it| Keys::from_iter(it.fields.keys()))
}

impl fmt::Debug for InitializeRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InitializeRequest")
            .field("config_data", &keys(self.config_data.as_ref()))
            .field("verify_connection", &self.verify_connection)
            .finish()
    }
}

impl fmt::Debug for InitializeResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InitializeResponse")
            .field("config_data", &keys(self.config_data.as_ref()))
            .finish()
    }
}

impl fmt::Debug for NewUserRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewUserRequest")
            .field("username_config", &self.username_config)
            .field("password", &Length::of(&self.password))
            .field("expiration", &self.expiration)
            .field("statements", &self.statements)
            .field("rollback_statements", &self.rollback_statements)
            .field("credential_type", &self.credential_type)
            .field("public_key", &Length::of(&self.public_key))
            .field("subject", &Length::of(&self.subject))
            .finish()
    }
}

impl fmt::Debug for ChangePassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangePassword")
            .field("new_password", &Length::of(&self.new_password))
            .field("statements", &self.statements)
            .finish()
    }
}

impl fmt::Debug for ChangePublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangePublicKey")
            .field("new_public_key", &Length::of(&self.new_public_key))
            .field("statements", &self.statements)
            .finish()
    }
}

impl fmt::Debug for Statements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Statements").field("commands", &Count::of(&self.commands)).finish()
    }
}
