//! What descriptors say, one item a line, so that two sets can be compared.

use std::collections::BTreeMap;

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
};

/// Fields, enum values and calls, by their place: `pb.Request 1` is `string id`.
pub(super) type Items = BTreeMap<String, String>;

/// Adds what a file says.
pub(super) fn add(items: &mut Items, file: &FileDescriptorProto) {
    let package = file.package();
    for message in &file.message_type {
        add_message(items, package, message);
    }
    for values in &file.enum_type {
        add_enum(items, package, values);
    }
    for service in &file.service {
        for method in &service.method {
            let stream = |streaming| if streaming { "stream " } else { "" };
            let place = format!("{package}.{}.{}", service.name(), method.name());
            let call = format!(
                "{}{} to {}{}",
                stream(method.client_streaming()),
                method.input_type().trim_start_matches('.'),
                stream(method.server_streaming()),
                method.output_type().trim_start_matches('.'),
            );
            items.insert(place, call);
        }
    }
}

fn add_message(items: &mut Items, parent: &str, message: &DescriptorProto) {
    let name = format!("{parent}.{}", message.name());
    // A message without fields is an item too.
    items.insert(name.clone(), "message".to_owned());
    for field in &message.field {
        let number = field.number();
        items.insert(format!("{name} {number}"), format!("{} {}", type_of(field), field.name()));
    }
    for nested in &message.nested_type {
        add_message(items, &name, nested);
    }
    for values in &message.enum_type {
        add_enum(items, &name, values);
    }
}

fn add_enum(items: &mut Items, parent: &str, values: &EnumDescriptorProto) {
    for value in &values.value {
        let place = format!("{parent}.{} {}", values.name(), value.number());
        items.insert(place, value.name().to_owned());
    }
}

/// Returns a field's type as a `.proto` file has it.
fn type_of(field: &FieldDescriptorProto) -> String {
    let name = match field.r#type() {
        Type::Message | Type::Enum => field.type_name().trim_start_matches('.').to_owned(),
        simple => simple.as_str_name().trim_start_matches("TYPE_").to_lowercase(),
    };
    match field.label() {
        Label::Repeated => format!("repeated {name}"),
        _ => name,
    }
}
