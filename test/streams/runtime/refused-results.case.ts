import { expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Admin } from '../../../src/client/index.ts';
import { Serdes, StreamsBuilder, type StreamsAppOptions, type Topology } from '../../../src/streams/index.ts';
import { waitFor } from './app-under-test.ts';
import {
  committedOffsets,
  createNumberedTopics,
  type NumberedTopics,
  produceNumbered,
  resultsNow,
  until,
} from './numbered-results.ts';
import { startThread } from './thread-under-test.ts';

const RECORDS = 600;
const KEYS = 3;
const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

/** Counts the records of each key; of the results each fifth is larger than the topic takes. */
function topologyOf({ input, output }: NumberedTopics): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream(input, strings)
    .groupByKey()
    .count({ storeName: 'counts', keySerde: Serdes.string })
    .toStream()
    .mapValues((n) => String(n).padStart((n ?? 0) % 5 === 0 ? 2_000 : 0))
    .to(output, strings);
  return builder.build();
}

/** What a production handler can do about results that the broker refuses for themselves, under exactly-once. */
export function describeRefusedResults(parts: {
  readonly bootstrapServers: () => string;
  /** Part of the names of applications. */
  readonly run: string;
  readonly options: (applicationId: string) => Omit<StreamsAppOptions, 'topology'>;
}): void {
  const { bootstrapServers, run, options } = parts;

  async function topicsOf(applicationId: string): Promise<NumberedTopics> {
    const topics = await createNumberedTopics(bootstrapServers(), applicationId);
    const admin = new Admin({ environment, bootstrapServers: bootstrapServers() });
    const alterations = [{ name: 'max.message.bytes', op: 'set' as const, value: '1000' }];
    await admin.incrementalAlterConfigs([{ type: 'topic', name: topics.output, alterations }]);
    await admin.close();
    await produceNumbered(bootstrapServers(), topics, { count: RECORDS, keys: KEYS });
    return topics;
  }

  it('a result that the broker refuses is left out of its transaction, and nothing else', async () => {
    const applicationId = `leaves-out-${run}`;
    const topics = await topicsOf(applicationId);
    let refused = 0;
    const only = await startThread({
      ...options(applicationId),
      topology: topologyOf(topics),
      commitIntervalMs: 100,
      producer: { batchBytesMax: 400 },
      onFailure: {
        production: () => {
          refused++;
          return 'continue';
        },
      },
    });
    const committed = (): Promise<number> =>
      committedOffsets(bootstrapServers(), applicationId, topics.input);
    await until('all offsets', async () => (await committed()) === RECORDS);
    expect(refused).toBe(RECORDS / 5);
    expect(only.thread.droppedOutputs).toBe(RECORDS / 5);
    expect(only.thread.metrics.snapshot().abortedTransactions).toBe(0);
    expect(await only.end()).toBeUndefined();
    const counts = Array.from({ length: RECORDS / KEYS }, (_, i) => i + 1).filter((n) => n % 5 !== 0);
    expect(await resultsNow(bootstrapServers(), topics)).toEqual({
      'key-0': counts,
      'key-1': counts,
      'key-2': counts,
    });
  });

  it('a result that the broker refuses ends the application where the handler says so, with nothing committed', async () => {
    const applicationId = `ends-${run}`;
    const topics = await topicsOf(applicationId);
    const only = await startThread({
      ...options(applicationId),
      topology: topologyOf(topics),
      commitIntervalMs: 100,
      onFailure: { production: 'fail' },
    });
    await waitFor(environment, 'its end', () => only.hasEnded());
    expect(await only.end()).toMatchObject({ kind: 'production', cause: { code: 'MESSAGE_TOO_LARGE' } });
    expect(await committedOffsets(bootstrapServers(), applicationId, topics.input)).toBe(0);
    expect(await resultsNow(bootstrapServers(), topics)).toEqual({});
  });
}
