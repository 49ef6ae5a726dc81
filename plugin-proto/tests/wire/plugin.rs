//! What every plugin serves: broker, controller, output, health, multiplexing, version.

use plugin_proto::grpc::health::v1::{
    HealthCheckRequest, HealthCheckResponse, HealthListRequest, HealthListResponse,
};
use plugin_proto::logical;
use plugin_proto::plugin::conn_info::Knock;
use plugin_proto::plugin::{ConnInfo, Empty, StdioData};
use plugin_proto::pluginutil::multiplexing::{
    MultiplexingSupportRequest, MultiplexingSupportResponse,
};

use crate::sample::tables;

tables! { broker_controller_and_output_have_the_published_numbers:
    ConnInfo { 1 service_id uint32, 2 network string, 3 address string, 4 knock message, }
    Knock { 1 knock bool, 2 ack bool, 3 error string, }
    StdioData { 1 channel variant, 2 data bytes, }
    Empty {}
}

mod services {
    use super::*;

    tables! { health_multiplexing_and_version_have_the_published_numbers:
        HealthCheckRequest { 1 service string, }
        HealthCheckResponse { 1 status variant, }
        HealthListRequest {}
        HealthListResponse { 1 statuses map_of_messages, }
        MultiplexingSupportRequest {}
        MultiplexingSupportResponse { 1 supported bool, }
        logical::Empty {}
        logical::VersionReply { 1 plugin_version string, }
    }
}

#[test]
fn enums_have_the_published_numbers() {
    use plugin_proto::grpc::health::v1::health_check_response::ServingStatus;
    use plugin_proto::plugin::stdio_data::Channel;

    assert_eq!(
        [Channel::Invalid as i32, Channel::Stdout as i32, Channel::Stderr as i32],
        [0, 1, 2]
    );
    assert_eq!(
        [
            ServingStatus::Unknown as i32,
            ServingStatus::Serving as i32,
            ServingStatus::NotServing as i32,
            ServingStatus::ServiceUnknown as i32,
        ],
        [0, 1, 2, 3]
    );
}
