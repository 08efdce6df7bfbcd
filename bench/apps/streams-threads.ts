/**
 * An application on stream threads over a topic of JSON bids in eight partitions, which is loaded already. Arguments: bootstrap
 * servers, number of threads, input topic, output topic, records to read. Prints the records per second from when the
 * threads have shared the partitions to the last record, then ends.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Admin } from '../../src/client/index.ts';
import { ThreadedStreamsApp } from '../../src/streams/index.ts';
import { createInputTopic } from '../harness/inputs.ts';
import { Meter, watch } from '../harness/meter.ts';

const [bootstrapServers = '', threads = '1', input = '', output = '', records = '0'] = process.argv.slice(2);
await createInputTopic(bootstrapServers, output, 8);
// Whoever joins first begins with all partitions: it is to leave them to the others.
const gate = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
const stateDir = mkdtempSync(path.join(tmpdir(), 'millrace-bench-state-'));
const app = new ThreadedStreamsApp({
  applicationId: output,
  bootstrapServers,
  stateDir,
  threads: Number(threads),
  topology: {
    module: new URL('./rated-bids.js', import.meta.url),
    export: 'ratedBids',
    arguments: [{ input, output, gate }],
  },
  onUncaught(error) {
    console.error(error);
    process.exit(1);
  },
});
await app.start();
const admin = new Admin({ environment: nodeEnvironment, bootstrapServers });
const isShared = async (): Promise<boolean> => {
  // Before that there may be no group.
  if (app.state !== 'RUNNING') return false;
  const [group] = await admin.describeGroups([output]);
  const shares = (group?.members ?? []).map(({ assignment }) => assignment.length);
  return shares.length === Number(threads) && shares.every((share) => share === 8 / shares.length);
};
while (!(await isShared())) await nodeEnvironment.timers.sleep(50);
await admin.close();
const processed = async (): Promise<number> => (await app.metrics()).totals.processed;
const before = await processed();
const meter = new Meter(Number(records) - before);
Atomics.store(new Int32Array(gate), 0, 1);
watch(meter, { isRunning: () => true, processed: async () => (await processed()) - before });
meter.print(await meter.done);
await app.close();
rmSync(stateDir, { recursive: true, force: true });
process.exit(0);
