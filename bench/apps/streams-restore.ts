/**
 * One Streams thread that restores a store from its changelog and has nothing else to do, the counterpart of
 * `rivals/kafka/src/RestoreRival.java`. Arguments: bootstrap servers, application id, input topic, records to restore.
 * Prints one JSON line with the records per second from the beginning of the restoring to its end.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Serdes, StreamsApp, StreamsBuilder } from '../../src/streams/index.ts';
import { Meter } from '../harness/meter.ts';
import { RESTORED_STORE } from '../harness/changelogs.ts';

const [bootstrap = '', applicationId = '', input = '', records = '0'] = process.argv.slice(2);
const builder = new StreamsBuilder();
builder
  .stream(input, { keySerde: Serdes.string, valueSerde: Serdes.string })
  .groupByKey()
  .count({ storeName: RESTORED_STORE, keySerde: Serdes.string });
const stateDir = mkdtempSync(path.join(tmpdir(), 'millrace-bench-state-'));
const app = new StreamsApp({
  environment: nodeEnvironment,
  applicationId,
  bootstrapServers: bootstrap,
  topology: builder.build(),
  stateDir,
  onUncaught(error) {
    console.error(error);
    process.exit(1);
  },
});
const meter = new Meter(Number(records));
app.restores$.subscribe(({ phase, records: restored }) => {
  if (phase === 'started') meter.start();
  else meter.advanceTo(restored);
});
await app.start();
meter.print(await meter.done);
await app.close();
rmSync(stateDir, { recursive: true, force: true });
process.exit(0);
