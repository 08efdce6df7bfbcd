/**
 * Produces records whose keys come round and round, as fast as it goes. Arguments: bootstrap servers, topic, number of records,
 * number of keys, bytes of a value.
 */
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Producer } from '../../src/client/index.ts';
import { keyOf } from '../harness/keyed-records.ts';

const [bootstrapServers = '', topic = '', ...numbers] = process.argv.slice(2);
const [records = 0, keys = 1, valueBytes = 0] = numbers.map(Number);
const producer = new Producer({
  environment: nodeEnvironment,
  bootstrapServers,
  acks: 1,
  idempotent: false,
  lingerMs: 5,
  batchBytesMax: 64 * 1024,
});
const value = Buffer.alloc(valueBytes, 'v');
const beganMs = performance.now();
for (let i = 0; i < records; i++) {
  const room = producer.ready();
  if (room !== undefined) await room;
  producer.send({ topic, partition: 0, key: keyOf(i, keys), value });
}
await producer.flush();
console.log(`{"recordsPerSecond":${((records / (performance.now() - beganMs)) * 1_000).toFixed(0)}}`);
await producer.close();
process.exit(0);
