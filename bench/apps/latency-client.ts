/**
 * Produces records at a steady rate and reads the results that an application makes of them, in one process with one clock.
 * A record's value is the time at which it was sent, and a result has the value of its record. Arguments: bootstrap servers, topic of the
 * records, topic of the results, records per second, seconds that are not counted, seconds that are. Prints the 99th percentile of
 * the times from sent to read, and the median.
 */
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Consumer, Producer } from '../../src/client/index.ts';

const KEYS = 1_000;
/** How long the last results may take. */
const REST_MS_MAX = 30_000;

const [bootstrapServers = '', input = '', output = '', ...numbers] = process.argv.slice(2);
const [rate = 0, warmUpSeconds = 0, seconds = 0] = numbers.map(Number);
const uncounted = rate * warmUpSeconds;
const total = uncounted + rate * seconds;
const common = { environment: nodeEnvironment, bootstrapServers };
const producer = new Producer({ ...common, lingerMs: 0 });
const consumer = new Consumer({ ...common, autoOffsetReset: 'earliest', fetchWaitMsMax: 500 });
consumer.assign([{ topic: output, partition: 0 }]);

let sent = 0;
const beganMs = performance.now();
const sending = setInterval(() => {
  // What a late timer has missed is sent at once.
  const due = Math.min(total, Math.floor(((performance.now() - beganMs) * rate) / 1_000));
  for (; sent < due; sent++) {
    const value = performance.now().toFixed(3);
    producer.send({ topic: input, partition: 0, key: `k${sent % KEYS}`, value });
  }
  if (sent === total) clearInterval(sending);
}, 1);

const times: number[] = [];
let read = 0;
let lastMs = performance.now();
while (read < total) {
  for (const { records } of await consumer.poll(1_000)) {
    lastMs = performance.now();
    for (const { value } of records) {
      if (read++ >= uncounted) times.push(lastMs - Number(value?.toString('latin1')));
    }
  }
  if (performance.now() - lastMs > REST_MS_MAX) {
    console.error(`${read} of ${sent} results have come`);
    process.exit(1);
  }
}
times.sort((a, b) => a - b);
const percentile = (share: number): string =>
  (times[Math.floor(times.length * share)] ?? Number.NaN).toFixed(3);
console.log(`{"p99Ms":${percentile(0.99)}}`);
console.log(`{"p50Ms":${percentile(0.5)}}`);
await Promise.all([producer.close(), consumer.close()]);
process.exit(0);
