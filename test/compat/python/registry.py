"""confluent-kafka's schema registry client and serializers against a registry.

Prints "ok CHECK" or "not ok CHECK: why" for each check; takes the URL as its only argument.
"""

import sys
import traceback

from confluent_kafka.schema_registry import Metadata, MetadataProperties, Schema, SchemaReference, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

CLIENT = SchemaRegistryClient({"url": sys.argv[1]})


def check(name, run):
    try:
        run()
        print("ok", name, flush=True)
    except Exception:  # noqa: BLE001 - whatever it is, the check has failed
        print(f"not ok {name}: {traceback.format_exc()}".replace("\n", " | "), flush=True)


def equal(actual, expected):
    assert actual == expected, f"{actual!r} is not {expected!r}"


def refused(code, run):
    try:
        run()
    except SchemaRegistryError as error:
        equal(error.error_code, code)
    else:
        raise AssertionError(f"not refused with {code}")


USER = '{"type":"record","name":"User","fields":[{"name":"name","type":"string"}]}'
OLDER = '{"type":"record","name":"User","fields":[{"name":"name","type":"string"},{"name":"age","type":"int"}]}'
VALUE = SerializationContext("py-users", MessageField.VALUE)


def avro():
    data = AvroSerializer(CLIENT, USER)({"name": "x"}, VALUE)
    equal(data[0], 0)
    equal(AvroDeserializer(CLIENT)(data, VALUE), {"name": "x"})
    latest = CLIENT.get_latest_version("py-users-value")
    equal(latest.version, 1)
    equal(int.from_bytes(data[1:5], "big"), latest.schema_id)
    equal(CLIENT.lookup_schema("py-users-value", Schema(USER, "AVRO")).schema_id, latest.schema_id)


def json():
    schema = '{"title":"User","type":"object","properties":{"name":{"type":"string"}}}'
    context = SerializationContext("py-json", MessageField.VALUE)
    data = JSONSerializer(schema, CLIENT)({"name": "x"}, context)
    equal(JSONDeserializer(schema, schema_registry_client=CLIENT)(data, context), {"name": "x"})


def references():
    CLIENT.register_schema("py-name", Schema('{"type":"enum","name":"Kind","symbols":["A"]}', "AVRO"))
    using = '{"type":"record","name":"Thing","fields":[{"name":"kind","type":"Kind"}]}'
    reference = SchemaReference(name="Kind", subject="py-name", version=1)
    schema_id = CLIENT.register_schema("py-thing", Schema(using, "AVRO", [reference]))
    equal(CLIENT.get_schema(schema_id).references[0].subject, "py-name")


def compatibility():
    equal(CLIENT.test_compatibility("py-users-value", Schema(OLDER, "AVRO")), False)
    refused(409, lambda: CLIENT.register_schema("py-users-value", Schema(OLDER, "AVRO")))
    CLIENT.set_compatibility("py-users-value", "NONE")
    equal(CLIENT.get_compatibility("py-users-value"), "NONE")
    CLIENT.register_schema("py-users-value", Schema(OLDER, "AVRO"))
    equal(CLIENT.get_versions("py-users-value"), [1, 2])


def deletion():
    equal(CLIENT.delete_version("py-users-value", 1), 1)
    equal(CLIENT.delete_subject("py-users-value"), [2])
    equal(CLIENT.delete_subject("py-users-value", permanent=True), [1, 2])
    assert "py-users-value" not in CLIENT.get_subjects()
    # The client remembers what was the latest version.
    refused(40401, lambda: SchemaRegistryClient({"url": sys.argv[1]}).get_latest_version("py-users-value"))


def proto():
    file = descriptor_pb2.FileDescriptorProto(name="py.proto", package="py", syntax="proto3")
    message = file.message_type.add(name="User")
    message.field.add(name="name", number=1, type=9, label=1)
    message.field.add(name="tags", number=2, type=9, label=3)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    user = message_factory.GetMessageClass(pool.FindMessageTypeByName("py.User"))

    context = SerializationContext("py-messages", MessageField.VALUE)
    settings = {"use.deprecated.format": False}
    data = ProtobufSerializer(user, CLIENT, settings)(user(name="x", tags=["a"]), context)
    found = ProtobufDeserializer(user, settings, CLIENT)(data, context)
    equal((found.name, list(found.tags)), ("x", ["a"]))
    # What was sent as a descriptor is kept as a text.
    assert "string name = 1;" in CLIENT.get_latest_version("py-messages-value").schema.schema_str


def metadata():
    for major, text in (("1", '"int"'), ("2", '"long"')):
        properties = Metadata(tags=None, properties=MetadataProperties({"major": major}), sensitive=None)
        CLIENT.register_schema("py-metadata", Schema(text, "AVRO", [], properties))
    equal(CLIENT.get_latest_with_metadata("py-metadata", {"major": "1"}).schema.schema_str, '"int"')
    equal(CLIENT.get_latest_with_metadata("py-metadata", {"major": "2"}).version, 2)
    refused(40403, lambda: CLIENT.get_latest_with_metadata("py-metadata", {"major": "3"}))


for each in (avro, json, references, compatibility, deletion, proto, metadata):
    check(each.__name__, each)
