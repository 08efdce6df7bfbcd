/**
 * One Streams thread over a topic that is loaded already, the counterpart of `rivals/kafka/src/StreamsRival.java`: the
 * same topologies on text (map, count, windows, joins; count-exactly-once in transactions), timed from the first to the last record; and on JSON what `apps/sql.ts`
 * says in SQL (project, filter, json-tumble, json-sum), timed as there. Arguments: bootstrap servers, mode, input topic, output
 * topic, records to read, bytes of state cache, the topic that is joined. Prints one JSON line with the records per second, then ends.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import {
  JoinWindows,
  type KStream,
  type KTable,
  Serdes,
  SessionWindows,
  StreamsApp,
  StreamsBuilder,
  TimeWindows,
} from '../../src/streams/index.ts';
import { createInputTopic } from '../harness/inputs.ts';
import { Meter, watch } from '../harness/meter.ts';

interface Bid {
  readonly AUCTION: number;
  readonly BIDDER: number;
  readonly PRICE: number;
  readonly CHANNEL: string;
  readonly URL: string;
  readonly DATETIME: number;
}

const [bootstrap = '', mode = '', input = '', output = '', records = '0', cacheBytes = '0', other = ''] =
  process.argv.slice(2);
const isTimedAsSql = ['project', 'filter', 'json-tumble', 'json-sum'].includes(mode);
/** What the rivals have: 30 s is Kafka Streams' default, 100 ms that of exactly-once, 10 s is what the SQL figures agree on. */
const COMMIT_MS: Readonly<Record<string, number>> = {
  'count-often-committed': 100,
  'count-exactly-once': 100,
};
const meter = new Meter(Number(records));
const builder = new StreamsBuilder();
const text = { keySerde: Serdes.string, valueSerde: Serdes.string };
const tenSeconds = TimeWindows.ofSizeWithNoGrace(10_000);

function readText(topic = input): KStream<string, string> {
  return builder.stream(topic, text).peek(() => meter.tick());
}

function readTable(topic: string): KTable<string, string> {
  return readText(topic).toTable(text);
}

function readBids(): KStream<string, Bid> {
  const serdes = { keySerde: Serdes.string, valueSerde: Serdes.json<Bid>() };
  return builder.stream(input, serdes);
}

function count(): void {
  readText()
    .groupByKey()
    .count()
    .toStream()
    .mapValues((n) => String(n))
    .to(output, text);
}

const topologies: Readonly<Record<string, () => void>> = {
  map: () =>
    readText()
      .filter((_key, value) => value.length > 10)
      .mapValues((value) => `${value}y`)
      .to(output, text),
  count,
  'count-often-committed': count,
  'count-exactly-once': count,
  tumble: () =>
    readText()
      .groupByKey()
      .windowedBy(tenSeconds)
      .count()
      .toStream()
      .map((windowed, n) => [windowed.key, String(n)])
      .to(output, text),
  hop: () =>
    readText()
      .groupByKey()
      .windowedBy(tenSeconds.advanceBy(2_000))
      .count()
      .toStream()
      .map((windowed, n) => [windowed.key, String(n)])
      .to(output, text),
  session: () =>
    readText()
      .groupByKey()
      .windowedBy(SessionWindows.ofInactivityGapWithNoGrace(5_000))
      .count()
      .toStream()
      .map((windowed, n) => [windowed.key, String(n)])
      .to(output, text),
  'stream-table': () =>
    readText()
      .join(builder.table(other, text), (value, row) => value.length + row.length)
      .mapValues((length) => String(length))
      .to(output, text),
  'stream-stream': () =>
    readText()
      .join(
        readText(other),
        (left, right) => String(left.length + right.length),
        JoinWindows.ofTimeDifferenceWithNoGrace(5_000),
        { ...text, otherValueSerde: Serdes.string },
      )
      .to(output, text),
  'table-table': () =>
    readTable(input)
      .join(readTable(other), (left, right) => String(left.length + right.length))
      .toStream()
      .to(output, text),
  'foreign-key': () =>
    readText()
      .mapValues((_value, key) => key)
      .toTable(text)
      .join(readTable(other), (left, right) => left + String(right.length), {
        foreignKey: (key) => `k${Number(key.slice(1)) % 1_000}`,
        ...text,
      })
      .toStream()
      .to(output, text),
  project: () =>
    readBids()
      .mapValues(({ AUCTION, PRICE, CHANNEL }) => ({ AUCTION, PRICE: PRICE * 0.908, CHANNEL }))
      .to(output, { keySerde: Serdes.string, valueSerde: Serdes.json() }),
  filter: () =>
    readBids()
      .filter((_key, { AUCTION }) => AUCTION % 123 === 0)
      .to(output, { keySerde: Serdes.string, valueSerde: Serdes.json() }),
  'json-tumble': () =>
    readBids()
      .groupByKey()
      .windowedBy(tenSeconds)
      .count()
      .toStream()
      .map((windowed, N) => [windowed.key, { N }])
      .to(output, { keySerde: Serdes.string, valueSerde: Serdes.json() }),
  'json-sum': () =>
    readBids()
      .groupByKey()
      .aggregate(
        () => 0,
        (_key, { PRICE }, sum) => sum + PRICE,
        { valueSerde: Serdes.double },
      )
      .toStream()
      .mapValues((TOTAL) => ({ TOTAL }))
      .to(output, { keySerde: Serdes.string, valueSerde: Serdes.json() }),
};

const define = topologies[mode];
if (define === undefined) throw new Error(`unknown mode ${mode}`);
define();
await createInputTopic(bootstrap, output);
const stateDir = mkdtempSync(path.join(tmpdir(), 'millrace-bench-state-'));
const app = new StreamsApp({
  environment: nodeEnvironment,
  applicationId: output,
  bootstrapServers: bootstrap,
  topology: builder.build(),
  stateDir,
  cacheBytesMax: Number(cacheBytes),
  processingGuarantee: mode === 'count-exactly-once' ? 'exactly_once_v2' : 'at_least_once',
  commitIntervalMs: COMMIT_MS[mode] ?? (isTimedAsSql ? 10_000 : 30_000),
  onUncaught(error) {
    console.error(error);
    process.exit(1);
  },
});
await app.start();
if (isTimedAsSql) {
  watch(meter, {
    isRunning: () => app.state === 'RUNNING',
    processed: () => Object.values(app.metrics().tasks).reduce((sum, { processed }) => sum + processed, 0),
  });
}
meter.print(await meter.done);
await app.close();
rmSync(stateDir, { recursive: true, force: true });
process.exit(0);
