/** kafkajs, produced to or consumed from as `harness/client-run.ts` says. */
import { Kafka, logLevel } from 'kafkajs';
import {
  type ClientRun,
  clientRun,
  FETCH_BYTES,
  IN_FLIGHT,
  produceBatches,
  VALUE,
} from '../harness/client-run.ts';

const run = clientRun();
const kafka = new Kafka({ brokers: [run.bootstrap], logLevel: logLevel.ERROR });
await (run.mode === 'produce' ? produce(run) : consume(run));
run.meter.print(await run.meter.done);
process.exit(0);

async function produce(run: ClientRun): Promise<void> {
  const producer = kafka.producer({ maxInFlightRequests: IN_FLIGHT });
  await producer.connect();
  await produceBatches(run, (size) =>
    producer.send({
      topic: run.topic,
      acks: -1,
      messages: Array.from({ length: size }, () => ({ value: VALUE, partition: 0 })),
    }),
  );
}

async function consume({ topic, meter }: ClientRun): Promise<void> {
  const consumer = kafka.consumer({
    groupId: `bench-${process.pid}`,
    maxBytes: FETCH_BYTES,
    maxBytesPerPartition: FETCH_BYTES,
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  let seen = 0;
  await consumer.run({
    eachBatch: async ({ batch }) => {
      seen += batch.messages.length;
      meter.advanceTo(seen);
    },
  });
}
