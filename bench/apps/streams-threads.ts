/**
 * An application on stream threads over a topic of JSON bids in eight partitions, which is loaded already. Arguments: bootstrap
 * servers, number of threads, input topic, output topic, records to read. Prints the records per second from when all threads run
 * to the last record, then ends.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ThreadedStreamsApp } from '../../src/streams/index.ts';
import { createInputTopic } from '../harness/inputs.ts';
import { Meter, watch } from '../harness/meter.ts';

const [bootstrapServers = '', threads = '1', input = '', output = '', records = '0'] = process.argv.slice(2);
await createInputTopic(bootstrapServers, output, 8);
const stateDir = mkdtempSync(path.join(tmpdir(), 'millrace-bench-state-'));
const app = new ThreadedStreamsApp({
  applicationId: output,
  bootstrapServers,
  stateDir,
  threads: Number(threads),
  topology: {
    module: new URL('./rated-bids.js', import.meta.url),
    export: 'ratedBids',
    arguments: [{ input, output }],
  },
  onUncaught(error) {
    console.error(error);
    process.exit(1);
  },
});
const meter = new Meter(Number(records));
await app.start();
watch(meter, {
  isRunning: () => app.state === 'RUNNING',
  processed: async () => (await app.metrics()).totals.processed,
});
meter.print(await meter.done);
await app.close();
rmSync(stateDir, { recursive: true, force: true });
process.exit(0);
