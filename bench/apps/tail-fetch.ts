/** Consumes all of a topic again and again, until it has seen as many records as asked; bytes are left as they are. */
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Consumer } from '../../src/client/index.ts';
import { FETCH_BYTES } from '../harness/client-run.ts';
import { Meter } from '../harness/meter.ts';

const [bootstrapServers = '', topic = '', wanted = '0'] = process.argv.slice(2);
const meter = new Meter(Number(wanted));
const consumer = new Consumer({
  environment: nodeEnvironment,
  bootstrapServers,
  autoOffsetReset: 'earliest',
  fetchBytesMax: FETCH_BYTES,
  // At the end of a pass there is nothing to wait for.
  fetchWaitMsMax: 1,
});
const partitions = (await consumer.partitionsFor(topic)).map(({ partition }) => ({ topic, partition }));
consumer.assign(partitions);
const ends = await consumer.endOffsets(partitions);
const recordsInTopic = ends.reduce((sum, { offset }) => sum + offset, 0);

let seen = 0;
let seenOfPass = 0;
meter.start();
while (seen < Number(wanted)) {
  for (const { records } of await consumer.poll(1_000)) seenOfPass += records.length;
  if (seenOfPass < recordsInTopic) continue;
  seen += seenOfPass;
  seenOfPass = 0;
  meter.advanceTo(seen);
  consumer.seekToBeginning(partitions);
}
meter.print(await meter.done);
process.exit(0);
