/** @platformatic/kafka, produced to or consumed from as `harness/client-run.ts` says. */
import { Consumer, MessagesStreamModes, Producer } from '@platformatic/kafka';
import { type ClientRun, clientRun, FETCH_BYTES, produceBatches, VALUE } from '../harness/client-run.ts';

const run = clientRun();
const common = { clientId: 'bench', bootstrapBrokers: [run.bootstrap] };
await (run.mode === 'produce' ? produce(run) : consume(run));
run.meter.print(await run.meter.done);
process.exit(0);

async function produce(run: ClientRun): Promise<void> {
  const producer = new Producer({ ...common, acks: -1, idempotent: false });
  const { topic } = run;
  await produceBatches(run, (size) =>
    producer.send({ messages: Array.from({ length: size }, () => ({ topic, partition: 0, value: VALUE })) }),
  );
}

async function consume({ topic, meter }: ClientRun): Promise<void> {
  const consumer = new Consumer({
    ...common,
    groupId: `bench-${process.pid}`,
    maxBytes: FETCH_BYTES,
  });
  const stream = await consumer.consume({ topics: [topic], mode: MessagesStreamModes.EARLIEST });
  let seen = 0;
  stream.on('data', () => meter.advanceTo(++seen));
}
