/**
 * One Streams thread that keeps the last value of each key, without a cache, and tells each change, until it is killed: the
 * counterpart of `rivals/kafka/src/LatencyRival.java`. Arguments: bootstrap servers, application id, input topic, output topic,
 * milliseconds of the producer's linger, or `default`. Prints `running` when it is.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Serdes, StreamsApp, StreamsBuilder } from '../../src/streams/index.ts';

const [bootstrap = '', applicationId = '', input = '', output = '', lingerMs = ''] = process.argv.slice(2);
const builder = new StreamsBuilder();
const text = { keySerde: Serdes.string, valueSerde: Serdes.string };
builder
  .stream(input, text)
  .groupByKey()
  .reduce((_before, value) => value, text)
  .toStream()
  .to(output, text);
const stateDir = mkdtempSync(path.join(tmpdir(), 'millrace-bench-state-'));
const app = new StreamsApp({
  environment: nodeEnvironment,
  applicationId,
  bootstrapServers: bootstrap,
  topology: builder.build(),
  stateDir,
  cacheBytesMax: 0,
  ...(lingerMs === 'default' ? {} : { producer: { lingerMs: Number(lingerMs) } }),
  onUncaught(error) {
    console.error(error);
    process.exit(1);
  },
});
app.state$.subscribe((state) => {
  if (state === 'RUNNING') console.log('running');
});
process.on('SIGTERM', () => {
  void app.close().then(() => {
    rmSync(stateDir, { recursive: true, force: true });
    process.exit(0);
  });
});
await app.start();
