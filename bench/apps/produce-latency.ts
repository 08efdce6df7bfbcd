/**
 * Produces one record after the other, acks=1, until it is told to end; prints the 99th percentile of their times. SIGUSR2
 * makes it forget those until then.
 */
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Producer } from '../../src/client/index.ts';

const PAUSE_MS = 2;
const WARM_UP = 200;

const [bootstrapServers = '', topic = '', value = 'a record'] = process.argv.slice(2);
const producer = new Producer({ environment: nodeEnvironment, bootstrapServers, acks: 1, idempotent: false });
const times: number[] = [];
let isEnding = false;
process.on('SIGTERM', () => {
  isEnding = true;
});
process.on('SIGUSR2', () => {
  times.length = 0;
});
for (let sent = 0; !isEnding; sent++) {
  const beganMs = performance.now();
  await producer.sendAndWait({ topic, value });
  if (sent === WARM_UP) console.log('started');
  else if (sent > WARM_UP) times.push(performance.now() - beganMs);
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
times.sort((a, b) => a - b);
console.log(`{"p99Ms":${(times[Math.floor(times.length * 0.99)] ?? Number.NaN).toFixed(3)}}`);
process.exit(0);
