/** kafkajs, as it comes from npm, on Millrace's broker: nothing here knows that it is not Apache Kafka. */
import { Kafka, logLevel } from 'kafkajs';

const kafka = new Kafka({
  clientId: 'any-kafka-client',
  brokers: [process.argv[2] ?? '127.0.0.1:9092'],
  logLevel: logLevel.ERROR,
});

const admin = kafka.admin();
await admin.connect();
await admin.createTopics({ topics: [{ topic: 'hellos', numPartitions: 3 }], waitForLeaders: true });
await admin.disconnect();

const producer = kafka.producer();
await producer.connect();
await producer.send({
  topic: 'hellos',
  messages: [
    { key: 'en', value: 'hello' },
    { key: 'fr', value: 'bonjour' },
    { key: 'it', value: 'ciao' },
  ],
});
await producer.disconnect();

const consumer = kafka.consumer({ groupId: 'readers' });
await consumer.connect();
await consumer.subscribe({ topic: 'hellos', fromBeginning: true });

await new Promise<void>((resolve, reject) => {
  let missing = 3;
  consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
  void consumer.run({
    eachMessage: async ({ partition, message }) => {
      console.log(`partition ${partition}: ${String(message.key)} = ${String(message.value)}`);
      missing -= 1;
      if (missing === 0) resolve();
    },
  });
});
await consumer.disconnect();
