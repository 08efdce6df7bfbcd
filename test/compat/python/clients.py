"""The Python clients of Kafka against one broker: librdkafka by confluent-kafka, kafka-python, aiokafka.

Prints "ok CHECK" or "not ok CHECK: why" for each check; takes the bootstrap address as its only argument.
"""

import asyncio
import sys
import time

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicCollection, TopicPartition
from confluent_kafka.admin import (
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourcePatternType,
    ResourceType,
)
from kafka import KafkaConsumer, KafkaProducer

BOOT = sys.argv[1]
ADMIN = AdminClient({"bootstrap.servers": BOOT})


def check(name, run):
    try:
        run()
        print("ok", name, flush=True)
    except Exception as error:  # noqa: BLE001 - whatever it is, the check has failed
        print(f"not ok {name}: {type(error).__name__} {error}", flush=True)


def equal(actual, expected):
    assert actual == expected, f"{actual!r} is not {expected!r}"


def create(topic, partitions=1, **config):
    settings = {name.replace("_", "."): value for name, value in config.items()}
    ADMIN.create_topics([NewTopic(topic, partitions, 1, config=settings)])[topic].result(10)
    return topic


def produce(topic, records, **config):
    """Partitions and offsets of what was acknowledged, and the names of the errors of what was not."""
    done, failed = [], []

    def report(error, message):
        if error:
            failed.append(error.name())
        else:
            done.append((message.partition(), message.offset()))

    producer = Producer({"bootstrap.servers": BOOT, **{k.replace("_", "."): v for k, v in config.items()}})
    for record in records:
        producer.produce(topic, on_delivery=report, **record)
    equal(producer.flush(20), 0)
    return done, failed


def consumer(group, **config):
    return Consumer({
        "bootstrap.servers": BOOT,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "session.timeout.ms": 6000,
        "heartbeat.interval.ms": 300,
        **{k.replace("_", "."): v for k, v in config.items()},
    })


def take(reader, count, seconds=15):
    taken, end = [], time.time() + seconds
    while len(taken) < count and time.time() < end:
        message = reader.poll(0.2)
        if message is not None and message.error() is None:
            taken.append(message)
    return taken


def refused(run, code):
    try:
        run()
    except KafkaException as error:
        equal(error.args[0].name(), KafkaError(code).name())
        return
    raise AssertionError("it was not refused")


def librdkafka_codecs():
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"]:
        topic = create(f"rd-{codec}")
        records = [{"value": b"v" * 500 + b"%d" % i, "headers": [("h", b"1"), ("n", None)]} for i in range(100)]
        done, failed = produce(topic, records, compression_type=codec, linger_ms=20, enable_idempotence=True)
        equal((done, failed), ([(0, i) for i in range(100)], []))
        reader = consumer(f"rd-{codec}")
        reader.subscribe([topic])
        messages = take(reader, 100)
        equal([m.offset() for m in messages], list(range(100)))
        equal(messages[7].headers(), [("h", b"1"), ("n", None)])
        reader.close()


def librdkafka_regex():
    for name in ["rx-a", "rx-b"]:
        produce(create(name), [{"value": b"1"}])
    reader = consumer("rx")
    reader.subscribe(["^rx-.*"])
    equal(sorted(m.topic() for m in take(reader, 2)), ["rx-a", "rx-b"])
    reader.close()
    assert {"rx-a", "rx-b"} <= set(ADMIN.list_topics(timeout=10).topics)


def librdkafka_groups():
    for strategy in ["range", "roundrobin", "cooperative-sticky"]:
        topic = create(f"rb-{strategy}", 6)
        readers = [consumer(topic, partition_assignment_strategy=strategy) for _ in range(3)]
        for each in readers:
            each.subscribe([topic])

        def settle(sizes, members):
            end = time.time() + 20
            while [len(each.assignment()) for each in members] != sizes and time.time() < end:
                for each in members:
                    each.poll(0.05)
            equal([len(each.assignment()) for each in members], sizes)

        settle([2, 2, 2], readers)
        readers[2].close()
        settle([3, 3], readers[:2])
        for each in readers[:2]:
            each.close()


def librdkafka_admin():
    topic = create("rd-admin", 2, retention_ms="5000")
    described = ADMIN.describe_topics(TopicCollection([topic]))[topic].result(10)
    equal([p.leader.id for p in described.partitions], [1, 1])
    change = [
        ConfigEntry("retention.ms", "777", incremental_operation=AlterConfigOpType.SET),
        ConfigEntry("cleanup.policy", "compact", incremental_operation=AlterConfigOpType.APPEND),
    ]
    altered = ConfigResource("topic", topic, incremental_configs=change)
    ADMIN.incremental_alter_configs([altered])[altered].result(10)
    config = ADMIN.describe_configs([ConfigResource("topic", topic)])[altered].result(10)
    equal((config["retention.ms"].value, config["cleanup.policy"].value), ("777", "delete,compact"))
    ADMIN.create_partitions([NewPartitions(topic, 4)])[topic].result(10)
    equal(len(ADMIN.list_topics(topic, 10).topics[topic].partitions), 4)
    refused(lambda: create("bad name"), KafkaError.TOPIC_EXCEPTION)
    refused(lambda: create(topic), KafkaError.TOPIC_ALREADY_EXISTS)
    ADMIN.delete_topics([topic])[topic].result(10)
    refused(lambda: ADMIN.delete_topics([topic])[topic].result(10), KafkaError.UNKNOWN_TOPIC_OR_PART)


def librdkafka_offsets():
    topic = create("rd-offsets")
    produce(topic, [{"value": b"v", "timestamp": at} for at in (3000, 9000, 5000)])
    partition = TopicPartition(topic, 0)

    def listed(spec):
        return ADMIN.list_offsets({partition: spec})[partition].result(10).offset

    specs = [OffsetSpec.earliest(), OffsetSpec.latest(), OffsetSpec.max_timestamp(), OffsetSpec.for_timestamp(4000)]
    equal([listed(spec) for spec in specs], [0, 3, 1, 1])
    equal(listed(OffsetSpec.for_timestamp(10000)), -1)
    deleted = ADMIN.delete_records([TopicPartition(topic, 0, 2)])
    equal(next(iter(deleted.values())).result(10).low_watermark, 2)
    equal(listed(OffsetSpec.earliest()), 2)


def librdkafka_transactions():
    topic = create("rd-transactions")
    producer = Producer({"bootstrap.servers": BOOT, "transactional.id": "rd-transactions"})
    producer.init_transactions(20)
    for value, commits in [(b"a", True), (b"b", False), (b"c", True)]:
        producer.begin_transaction()
        producer.produce(topic, value)
        equal(producer.flush(20), 0)
        if commits:
            producer.commit_transaction(20)
        else:
            producer.abort_transaction(20)
    reader = consumer("rd-transactions", isolation_level="read_committed")
    reader.subscribe([topic])
    equal([m.value() for m in take(reader, 2)], [b"a", b"c"])
    reader.close()


def librdkafka_refusals():
    topic = create("rd-small", max_message_bytes="20000")
    equal(produce(topic, [{"value": b"x" * 30000}])[1], ["MSG_SIZE_TOO_LARGE"])
    in_two_hours = int(time.time() * 1000) + 7_200_000
    equal(produce(topic, [{"value": b"x", "timestamp": in_two_hours}])[1], ["INVALID_TIMESTAMP"])
    anything = AclBindingFilter(
        ResourceType.ANY, None, ResourcePatternType.ANY, None, None, AclOperation.ANY, AclPermissionType.ANY
    )
    try:
        equal(ADMIN.describe_acls(anything).result(10), [])
    except KafkaException as error:
        equal(error.args[0].code(), KafkaError.SECURITY_DISABLED)


def kafka_python(version):
    def run():
        name = "-".join(map(str, version or ("probed",)))
        topic, options = create(f"kpy-{name}", 2), {} if version is None else {"api_version": version}
        producer = KafkaProducer(bootstrap_servers=BOOT, acks="all", compression_type="gzip", **options)
        sent = [producer.send(topic, b"v%d" % i, partition=i % 2) for i in range(20)]
        equal([future.get(10).offset for future in sent], [i // 2 for i in range(20)])
        producer.close()
        reader = KafkaConsumer(
            topic, bootstrap_servers=BOOT, group_id=name, auto_offset_reset="earliest", consumer_timeout_ms=10000, **options
        )
        values = sorted(record.value for _, record in zip(range(20), reader))
        equal(values, sorted(b"v%d" % i for i in range(20)))
        reader.commit()
        equal(sum(reader.committed(partition) for partition in reader.assignment()), 20)
        reader.close()

    return run


async def aiokafka():
    topic = create("aio", 2)
    producer = AIOKafkaProducer(bootstrap_servers=BOOT, enable_idempotence=True, compression_type="gzip")
    await producer.start()
    for i in range(20):
        await producer.send_and_wait(topic, b"v%d" % i, partition=i % 2, headers=[("h", b"1")])
    await producer.stop()
    readers = [
        AIOKafkaConsumer(topic, bootstrap_servers=BOOT, group_id="aio", auto_offset_reset="earliest") for _ in range(2)
    ]
    await asyncio.gather(*(reader.start() for reader in readers))
    end, values = time.time() + 20, set()
    while time.time() < end and (len(values) < 20 or any(len(reader.assignment()) != 1 for reader in readers)):
        for reader in readers:
            for records in (await reader.getmany(timeout_ms=100)).values():
                values.update(record.value for record in records)
    equal((len(values), [len(reader.assignment()) for reader in readers]), (20, [1, 1]))
    await asyncio.gather(*(reader.stop() for reader in readers))


check("librdkafka: codecs", librdkafka_codecs)
check("librdkafka: regex subscription", librdkafka_regex)
check("librdkafka: rebalances", librdkafka_groups)
check("librdkafka: admin", librdkafka_admin)
check("librdkafka: offsets", librdkafka_offsets)
check("librdkafka: transactions", librdkafka_transactions)
check("librdkafka: refusals", librdkafka_refusals)
for pinned in [None, (0, 11), (1, 0), (2, 0), (2, 8), (4, 0)]:
    check(f"kafka-python: {pinned}", kafka_python(pinned))
check("aiokafka", lambda: asyncio.run(aiokafka()))
