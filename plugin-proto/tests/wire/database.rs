//! Database plugins' calls.

use plugin_proto::dbplugin::v5::*;

use crate::sample::tables;

tables! { database_calls_have_the_published_numbers:
    Empty {}
    InitializeRequest { 1 config_data message, 2 verify_connection bool, }
    InitializeResponse { 1 config_data message, }
    NewUserRequest {
        1 username_config message, 2 password string, 3 expiration message, 4 statements message,
        5 rollback_statements message, 6 credential_type int32, 7 public_key bytes,
        8 subject string,
    }
    UsernameConfig { 1 display_name string, 2 role_name string, }
    NewUserResponse { 1 username string, }
    UpdateUserRequest {
        1 username string, 2 password message, 3 expiration message, 4 public_key message,
        5 credential_type int32,
    }
    ChangePassword { 1 new_password string, 2 statements message, }
    ChangePublicKey { 1 new_public_key bytes, 2 statements message, }
    ChangeExpiration { 1 new_expiration message, 2 statements message, }
    UpdateUserResponse {}
    DeleteUserRequest { 1 username string, 2 statements message, }
    DeleteUserResponse {}
    TypeResponse { 1 r#type string, }
    Statements { 1 commands strings, }
}
