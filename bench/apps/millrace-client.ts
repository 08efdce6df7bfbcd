/** Our client, produced to or consumed from as `harness/client-run.ts` says. */
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Consumer, Producer } from '../../src/client/index.ts';
import {
  batchBytesOf,
  type ClientRun,
  clientRun,
  FETCH_BYTES,
  IN_FLIGHT,
  VALUE,
} from '../harness/client-run.ts';

const run = clientRun();
const common = { environment: nodeEnvironment, bootstrapServers: run.bootstrap };
await (run.mode === 'produce' ? produce(run) : consume(run));
run.meter.print(await run.meter.done);
process.exit(0);

async function produce({ topic, records, batchRecords, meter }: ClientRun): Promise<void> {
  const producer = new Producer({
    ...common,
    acks: 'all',
    idempotent: false,
    lingerMs: 5,
    batchBytesMax: batchBytesOf(batchRecords),
    inFlightMax: IN_FLIGHT,
  });
  await producer.partitionsFor(topic);
  meter.start();
  for (let i = 0; i < records; i++) {
    const room = producer.ready();
    if (room !== undefined) await room;
    producer.send({ topic, value: VALUE });
  }
  await producer.flush();
  meter.advanceTo(records);
}

async function consume({ topic, meter }: ClientRun): Promise<void> {
  const consumer = new Consumer({
    ...common,
    groupId: `bench-${process.pid}`,
    autoOffsetReset: 'earliest',
    fetchBytesMax: FETCH_BYTES,
    partitionFetchBytesMax: FETCH_BYTES,
  });
  consumer.subscribe([topic]);
  let done = false;
  void meter.done.then(() => (done = true));
  let seen = 0;
  while (!done) {
    for (const { records } of await consumer.poll(100)) seen += records.length;
    if (seen > 0) meter.advanceTo(seen);
    await Promise.resolve();
  }
}
