"""Produces and consumes through the Kafka clients of Python; run by python-clients.slow.test.ts.

Usage: python python-clients.py CLIENT BOOTSTRAP. Prints one line "ok" or fails with what was different.
"""
import asyncio
import sys

COUNT = 500


def check(client, received):
    """All values are there, and those of one key in the order in which they were sent."""
    assert sorted(received) == sorted((f"k{i % 5}", f"v{i}") for i in range(COUNT)), f"{client}: {len(received)}"
    for key in {key for key, _ in received}:
        numbers = [int(value[1:]) for k, value in received if k == key]
        assert numbers == sorted(numbers), f"{client}: {key} is out of order"


def confluent(bootstrap):
    from confluent_kafka import Consumer, Producer
    from confluent_kafka.admin import AdminClient, NewTopic

    admin = AdminClient({"bootstrap.servers": bootstrap})
    for future in admin.create_topics([NewTopic("confluent", num_partitions=3)]).values():
        future.result()
    producer = Producer(
        {"bootstrap.servers": bootstrap, "enable.idempotence": True, "compression.type": "zstd", "linger.ms": 5}
    )
    for i in range(COUNT):
        producer.produce("confluent", key=f"k{i % 5}", value=f"v{i}", headers={"n": str(i)})
    assert producer.flush(30) == 0
    received = []
    for protocol_round in range(2):
        consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": "confluent",
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
                "partition.assignment.strategy": "cooperative-sticky",
            }
        )
        consumer.subscribe(["confluent"])
        # The second member of the group goes on where the first one has stopped.
        while len(received) < (COUNT // 2 if protocol_round == 0 else COUNT):
            message = consumer.poll(10)
            assert message is not None and message.error() is None, message and message.error()
            assert message.headers() == [("n", message.value()[1:])]
            received.append((message.key().decode(), message.value().decode()))
        consumer.commit(asynchronous=False)
        consumer.close()
    check("confluent-kafka", received)


def kafka_python(bootstrap):
    from kafka import KafkaConsumer, KafkaProducer
    from kafka.admin import KafkaAdminClient, NewTopic

    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics([NewTopic("kafka-python", num_partitions=3, replication_factor=1)])
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", compression_type="gzip")
    for i in range(COUNT):
        producer.send("kafka-python", key=f"k{i % 5}".encode(), value=f"v{i}".encode())
    producer.flush()
    consumer = KafkaConsumer(
        "kafka-python",
        bootstrap_servers=bootstrap,
        group_id="kafka-python",
        auto_offset_reset="earliest",
        consumer_timeout_ms=10_000,
    )
    received = []
    for message in consumer:
        received.append((message.key.decode(), message.value.decode()))
        if len(received) == COUNT:
            break
    consumer.close()
    producer.close()
    check("kafka-python", received)
    admin.close()


def aiokafka(bootstrap):
    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

    async def run():
        producer = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True)
        await producer.start()
        for i in range(COUNT):
            await producer.send("aiokafka", key=f"k{i % 5}".encode(), value=f"v{i}".encode())
        await producer.stop()
        consumer = AIOKafkaConsumer(
            "aiokafka", bootstrap_servers=bootstrap, group_id="aiokafka", auto_offset_reset="earliest"
        )
        await consumer.start()
        received = []
        while len(received) < COUNT:
            message = await asyncio.wait_for(consumer.getone(), 10)
            received.append((message.key.decode(), message.value.decode()))
        await consumer.stop()
        check("aiokafka", received)

    asyncio.run(run())


{"confluent-kafka": confluent, "kafka-python": kafka_python, "aiokafka": aiokafka}[sys.argv[1]](sys.argv[2])
print("ok")
