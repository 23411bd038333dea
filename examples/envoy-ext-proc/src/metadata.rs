//! The metadata of the endpoint picker protocol: what the gateway offers and what became of it, and what the picker answers.

use std::collections::HashMap;

use envoy_types::pb::envoy::config::core::v3::Metadata;
use envoy_types::pb::google::protobuf::value::Kind;
use envoy_types::pb::google::protobuf::{Struct, Value};

pub(crate) const DESTINATION: &str = "x-gateway-destination-endpoint";
const SUBSET: (&str, &str) = ("envoy.lb.subset_hint", "x-gateway-destination-endpoint-subset");
const SERVED: (&str, &str) = ("envoy.lb", "x-gateway-destination-endpoint-served");

/// The addresses among which to choose, separated by commas; empty where the gateway offers none, absent where it does not limit the choice. A gateway writes
/// a list, some write text.
pub(crate) fn subset(metadata: Option<&Metadata>) -> Option<String> {
    match field(metadata?, SUBSET)? {
        Kind::StringValue(text) => Some(text.clone()),
        Kind::ListValue(list) => {
            let text = |value: &Value| match &value.kind {
                Some(Kind::StringValue(text)) => Some(text.clone()),
                _ => None,
            };
            Some(list.values.iter().filter_map(text).collect::<Vec<_>>().join(","))
        }
        // What is no list of addresses offers no address.
        _ => Some(String::new()),
    }
}

/// The address of the endpoint that answered.
pub(crate) fn served(metadata: Option<&Metadata>) -> Option<String> {
    match field(metadata?, SERVED)? {
        Kind::StringValue(address) => Some(address.clone()),
        _ => None,
    }
}

fn field<'m>(metadata: &'m Metadata, (namespace, key): (&str, &str)) -> Option<&'m Kind> {
    metadata.filter_metadata.get(namespace)?.fields.get(key)?.kind.as_ref()
}

/// What the picker answers beside the header: the same addresses, where no client can write.
pub(crate) fn destination(addresses: &str) -> Struct {
    let text = |text: &str| Value { kind: Some(Kind::StringValue(text.to_owned())) };
    let of = |key: &str, value: Value| Struct { fields: HashMap::from([(key.to_owned(), value)]) };
    let inner = of(DESTINATION, text(addresses));
    of("envoy.lb", Value { kind: Some(Kind::StructValue(inner)) })
}

#[cfg(test)]
mod tests {
    use envoy_types::pb::google::protobuf::ListValue;

    use super::*;

    fn with(kind: Kind) -> Metadata {
        let value = Value { kind: Some(kind) };
        let inner = Struct { fields: HashMap::from([(SUBSET.1.to_owned(), value)]) };
        Metadata { filter_metadata: HashMap::from([(SUBSET.0.to_owned(), inner)]), ..Metadata::default() }
    }

    #[test]
    fn a_subset_is_a_list_or_a_text() {
        let text = |text: &str| Kind::StringValue(text.to_owned());
        let list = |texts: &[&str]| {
            let values = texts.iter().map(|one| Value { kind: Some(text(one)) }).collect();
            Kind::ListValue(ListValue { values })
        };
        assert_eq!(subset(Some(&with(list(&["10.0.0.1:80", "[::1]:80"])))).unwrap(), "10.0.0.1:80,[::1]:80");
        assert_eq!(subset(Some(&with(text("10.0.0.1:80")))).unwrap(), "10.0.0.1:80");
        assert_eq!(subset(Some(&with(list(&[])))).unwrap(), "");
        assert_eq!(subset(Some(&with(Kind::BoolValue(true)))).unwrap(), "");
        assert_eq!(subset(Some(&Metadata::default())), None);
        assert_eq!(subset(None), None);
    }
}
