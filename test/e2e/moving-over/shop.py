"""A program of the shop with confluent-kafka, as it ran beside ksqlDB and Confluent's registry.

Arguments: Kafka, SQL server, registry, and when the shop's records begin. Prints "ok CHECK" or "not ok CHECK: why" for each check.
"""

import json
import sys
import time
import traceback
from decimal import Decimal

from confluent_kafka import Consumer, Producer
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

KAFKA, _, REGISTRY, BEGAN_MS = sys.argv[1:5]
CLIENT = SchemaRegistryClient({"url": REGISTRY})
LATEST = {"auto.register.schemas": False, "use.latest.version": True}
PATIENCE_S = 100


def check(name, run):
    try:
        run()
        print("ok shop.py:", name, flush=True)
    except Exception:  # noqa: BLE001 - whatever it is, the check has failed
        print(f"not ok shop.py: {name}: {traceback.format_exc()}".replace("\n", " | "), flush=True)


def read(topic, decode, is_enough):
    """The values of a topic until they are enough."""
    consumer = Consumer({"bootstrap.servers": KAFKA, "group.id": f"py-{topic}", "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    found = []
    deadline = time.monotonic() + PATIENCE_S
    while not is_enough(found):
        assert time.monotonic() < deadline, found
        message = consumer.poll(0.2)
        if message is not None and message.error() is None:
            found.append(decode(message.value(), SerializationContext(topic, MessageField.VALUE)))
    consumer.close()


def write():
    key, value = (AvroSerializer(CLIENT, conf=LATEST) for _ in range(2))
    order = {"customer": "bob", "total": {"amount": Decimal("7.00"), "currency": "EUR"}, "channel": "web"}
    producer = Producer({"bootstrap.servers": KAFKA})
    producer.produce(
        "orders",
        key=key(6, SerializationContext("orders", MessageField.KEY)),
        value=value(order, SerializationContext("orders", MessageField.VALUE)),
        timestamp=int(BEGAN_MS) + 7000,
    )
    assert producer.flush(30) == 0


def totals():
    wanted = {"ORDERS": 2, "AMOUNT": Decimal("10.00")}
    read("totals", AvroDeserializer(CLIENT), lambda found: wanted in found)


def joined():
    latest = CLIENT.get_latest_version("led_to-value")
    decode = JSONDeserializer(latest.schema.schema_str, schema_registry_client=CLIENT)
    wanted = [{"PAGE": "/a", "ORDER_ID": order, "AMOUNT": amount} for order, amount in ((1, 12.5), (3, 999.99), (5, 1.01))]
    read("led_to", decode, lambda found: all(each in found for each in wanted))


def evolution():
    newest = CLIENT.get_latest_version("orders-value").schema
    order = json.loads(newest.schema_str)

    def is_compatible(field):
        more = {**order, "fields": [*order["fields"], field]}
        return CLIENT.test_compatibility("orders-value", Schema(json.dumps(more), "AVRO", newest.references))

    assert not is_compatible({"name": "note", "type": "string"})
    assert is_compatible({"name": "note", "type": "string", "default": ""})


check("an order is written", write)
check("totals are decoded", totals)
check("joined rows are decoded", joined)
check("a schema may evolve as before", evolution)
