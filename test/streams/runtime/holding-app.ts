/**
 * Counts by key and window, and holds the counts back until a window closes: in a process of its own, which a test may kill, or in that
 * of the test. Arguments: bootstrap servers, state folder.
 */
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { Serdes, StreamsApp, StreamsBuilder, TimeWindows } from '../../../src/streams/index.ts';

export const WINDOW_MS = 1_000;
const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

/** Has room for a few hundred of the counts that wait. */
export function holdingApp(bootstrapServers: string, stateDir: string): StreamsApp {
  const builder = new StreamsBuilder();
  builder
    .stream('in', strings)
    .groupByKey()
    .windowedBy(TimeWindows.ofSizeAndGrace({ sizeMs: WINDOW_MS, gracePeriodMs: 4 * WINDOW_MS }))
    .count()
    .suppress({ until: 'window-closes' })
    .toStream()
    .map(({ key, window }, count) => [`${key}@${window.startMs}`, String(count)])
    .to('out', strings);
  return new StreamsApp({
    environment: nodeEnvironment,
    applicationId: 'hold',
    topology: builder.build(),
    bootstrapServers,
    stateDir,
    commitIntervalMs: 100,
    cacheBytesMax: 131_072,
    consumer: { sessionTimeoutMs: 1500, heartbeatIntervalMs: 300 },
  });
}

const [bootstrapServers, stateDir] = process.argv.slice(2);
if (process.argv[1] === import.meta.filename && bootstrapServers !== undefined && stateDir !== undefined) {
  const app = holdingApp(bootstrapServers, stateDir);
  app.errors$.subscribe((error) => console.error(error));
  await app.start();
}
