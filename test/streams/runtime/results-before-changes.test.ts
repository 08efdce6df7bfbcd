import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Admin } from '../../../src/client/index.ts';
import {
  JoinWindows,
  type KeyValueStore,
  keyValueStore,
  type KStream,
  type Processor,
  type ProcessorContext,
  Serdes,
  StreamsBuilder,
  TimeWindows,
} from '../../../src/streams/index.ts';
import { createTopics, produce, waitFor } from './app-under-test.ts';
import { brokerAndFolder } from './broker-and-folder.ts';
import { startThread } from './thread-under-test.ts';
import { topicContents } from './topic-contents.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
const WINDOW_MS = 1_000;
/** When all that waits is due. */
const LATER_MS = 1_000_000;
const SEEN = keyValueStore({ name: 'seen', ...strings });

const joiner = (own: string | null, other: string | null): string => `${own ?? '-'}|${other ?? '-'}`;

/** Tells each key once. */
function once(): Processor<string, string, string, string> {
  let context: ProcessorContext<string, string>;
  let seen: KeyValueStore<string, string>;
  return {
    init(given) {
      context = given;
      seen = given.getStateStore(SEEN);
    },
    async process(record) {
      if ((await seen.get(record.key)) != null) return;
      await seen.put(record.key, record.value);
      await context.forward(record);
    },
  };
}

/** What forgets, or notes, that it has told something. */
const CASES: readonly {
  readonly name: string;
  readonly build: (builder: StreamsBuilder) => KStream<string, string>;
  readonly told: readonly string[];
}[] = [
  {
    name: 'a window that suppress has held back',
    build: (builder) =>
      builder
        .stream('in', strings)
        .groupByKey()
        .windowedBy(TimeWindows.ofSizeWithNoGrace(WINDOW_MS))
        .count()
        .suppress({ until: 'window-closes' })
        .toStream(({ key }) => key)
        .mapValues(String),
    told: ['a=1'],
  },
  {
    name: 'a change that suppress has held back for a time',
    build: (builder) =>
      builder
        .table('in', strings, { storeName: 'table' })
        .suppress({ until: 'time-limit', waitMs: WINDOW_MS })
        .toStream()
        .mapValues(String),
    told: ['a=in'],
  },
  {
    name: 'the unmatched records of a join',
    build: (builder) => {
      const windows = JoinWindows.ofTimeDifferenceWithNoGrace(WINDOW_MS);
      const others = builder.stream('other', strings);
      return builder
        .stream('in', strings)
        .outerJoin(others, joiner, windows, { ...strings, otherValueSerde: Serdes.string });
    },
    told: ['a=in|-', 'o=-|other'],
  },
  {
    name: 'a record that has waited for its table',
    build: (builder) =>
      builder
        .stream('in', strings)
        .leftJoin(builder.table('other', strings, { historyRetentionMs: LATER_MS }), joiner, {
          ...strings,
          otherValueSerde: Serdes.string,
          gracePeriodMs: WINDOW_MS,
        }),
    told: ['a=in|-'],
  },
  {
    name: 'a key that a processor tells once',
    build: (builder) => {
      builder.addStateStore(SEEN);
      return builder.stream('in', strings).process(once, { ...strings, stores: ['seen'] });
    },
    told: ['a=in', 'b=in'],
  },
];

let folder: string;
let bootstrapServers: string;
let admin: Admin;

const send = (keys: readonly [string, string], timestamp: number): Promise<void> =>
  produce(
    environment,
    bootstrapServers,
    keys.map((key, i) => {
      const topic = i === 0 ? 'in' : 'other';
      return { topic, key, value: topic, timestamp };
    }),
  );

/** From now on `out` takes batches of so many bytes. */
const acceptBytes = (bytesMax: number): Promise<void> =>
  admin.incrementalAlterConfigs([
    {
      type: 'topic',
      name: 'out',
      alterations: [{ name: 'max.message.bytes', op: 'set', value: String(bytesMax) }],
    },
  ]);

describe('a result that does not come to its topic', () => {
  beforeEach(async () => {
    const around = await brokerAndFolder();
    ({ bootstrapServers, folder } = around);
    admin = new Admin({ environment, bootstrapServers });
    return async () => {
      await admin.close();
      await around.close();
    };
  });

  it.each(CASES)('is told by the next process, though changelogs take everything: $name', async (given) => {
    await createTopics(environment, bootstrapServers, { in: 1, other: 1, out: 1 });
    const builder = new StreamsBuilder();
    given.build(builder).to('out', strings);
    const app = {
      applicationId: 'app',
      bootstrapServers,
      topology: builder.build(),
      stateDir: path.join(folder, 'state'),
    };
    await send(['a', 'o'], 0);
    const first = await startThread(app);
    await first.atEnd(1);
    expect(await first.end()).toBeUndefined();

    await acceptBytes(1);
    await send(['b', 'p'], LATER_MS);
    // Each round commits: before the refusal has come back.
    const victim = await startThread({ ...app, commitIntervalMs: 0 });
    await waitFor(environment, 'the refusal', () => victim.hasEnded());
    expect(String(await victim.end())).toContain('MESSAGE_TOO_LARGE');

    await acceptBytes(100_000);
    const heir = await startThread(app);
    await heir.atEnd(2);
    expect(await heir.end()).toBeUndefined();
    const contents = await topicContents('out', { environment, bootstrapServers });
    expect([...contents].sort()).toEqual(given.told);
  });
});
