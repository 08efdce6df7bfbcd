import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Serdes, StreamsBuilder, type Topology } from '../../../src/streams/index.ts';
import { AT_LEAST_ONCE, type CommitVariation } from '../../../src/streams/runtime/commit-protocol.ts';
import { createTopics, produce } from './app-under-test.ts';
import { brokerAndFolder } from './broker-and-folder.ts';
import { startThread } from './thread-under-test.ts';
import { topicContents } from './topic-contents.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
const RECORDS = 4;
let folder: string;
let bootstrapServers: string;

type CommitStep = (typeof AT_LEAST_ONCE)[number];
type Cut = readonly ['before' | 'after', CommitStep];
const cuts: readonly Cut[] = AT_LEAST_ONCE.flatMap((step): readonly Cut[] => [
  ['before', step],
  ['after', step],
]);
const isCommitted = ([when, step]: Cut): boolean =>
  AT_LEAST_ONCE.indexOf(step) + (when === 'after' ? 1 : 0) > AT_LEAST_ONCE.indexOf('commit-offsets');
const isLogged = ([when, step]: Cut): boolean =>
  AT_LEAST_ONCE.indexOf(step) + (when === 'after' ? 1 : 0) > AT_LEAST_ONCE.indexOf('log-changes');

function countTopology({
  out,
  loggingEnabled,
}: {
  readonly out: string;
  readonly loggingEnabled: boolean;
}): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream('in', strings)
    .groupByKey()
    .count({ storeName: 'counts', keySerde: Serdes.string, loggingEnabled })
    .toStream()
    .mapValues(String)
    .to(out, strings);
  return builder.build();
}

/** Processes the input, is cut off in its only commit, starts again, and answers what is counted then. */
async function countAfter(
  [when, step]: Cut,
  options: { readonly name: string; readonly loggingEnabled: boolean } & Pick<CommitVariation, 'order'>,
): Promise<number> {
  const { loggingEnabled, order } = options;
  const applicationId = `${options.name}-${when}-${step}`;
  const out = `${applicationId}-out`;
  await createTopics(environment, bootstrapServers, { [out]: 1 });
  const app = {
    applicationId,
    bootstrapServers,
    topology: countTopology({ out, loggingEnabled }),
    stateDir: path.join(folder, applicationId),
  };
  const victim = await startThread(app, {
    ...(order === undefined ? {} : { order }),
    at: (at, phase) => {
      if (at === step && phase === when) throw new Error('cut off');
    },
  });
  await victim.atEnd(RECORDS);
  expect(await victim.end()).toMatchObject({ message: 'cut off' });

  const heir = await startThread(app);
  await heir.atEnd(RECORDS);
  // One more, so that something comes out wherever the first has got to.
  const before = heir.thread.tasks[0]?.metrics.processed ?? 0;
  expect(before).toBe(isCommitted([when, step]) && order === undefined ? 0 : RECORDS);
  const counted = heir.thread.tasks[0]?.stores.get('counts');
  const rows = await (counted as { forQueries?: () => { get(key: string): Promise<unknown> } } | undefined)
    ?.forQueries?.()
    .get('a');
  expect(await heir.end()).toBeUndefined();
  const told = (await topicContents(out, { environment, bootstrapServers })).at(-1) ?? 'a=0';
  const count = (rows as { readonly value: number } | undefined)?.value ?? 0;
  // What was told last is what is known: no result is missing.
  if (loggingEnabled || !isCommitted([when, step])) expect(told).toBe(`a=${count}`);
  return count;
}

/** Some at a time, on one broker. */
async function countAfterEach(
  options: Parameters<typeof countAfter>[1],
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const waiting = [...cuts];
  const next = async (): Promise<void> => {
    for (let cut = waiting.shift(); cut !== undefined; cut = waiting.shift())
      counts.set(cut.join(' '), await countAfter(cut, options));
  };
  await Promise.all([next(), next(), next(), next()]);
  return counts;
}

const expected = (count: (cut: Cut) => number): ReadonlyMap<string, number> =>
  new Map(cuts.map((cut) => [cut.join(' '), count(cut)]));

const asObject = (counts: ReadonlyMap<string, number>): unknown => Object.fromEntries(counts);

describe('a commit that is cut off at any step', () => {
  beforeAll(async () => {
    const around = await brokerAndFolder();
    ({ bootstrapServers, folder } = around);
    await createTopics(environment, bootstrapServers, { in: 1 });
    const records = Array.from({ length: RECORDS }, () => ({ topic: 'in', key: 'a', value: 'x' }));
    await produce(environment, bootstrapServers, records);
    return () => around.close();
  });

  it('loses nothing: what the group was not told is counted again, and the rest is restored', async () => {
    const counts = await countAfterEach({ name: 'logged', loggingEnabled: true });
    // Behind the changelog and before the offsets the records are counted a second time: at least once.
    const twice = (cut: Cut): boolean => isLogged(cut) && !isCommitted(cut);
    expect(asObject(counts)).toEqual(asObject(expected((cut) => (twice(cut) ? 2 * RECORDS : RECORDS))));
  });

  it('writes no local state before the offsets, which no changelog could mend', async () => {
    const counts = await countAfterEach({ name: 'unlogged', loggingEnabled: false });
    // Without a changelog what was committed and not yet written is gone, and nothing is counted twice.
    const isLost = ([when, step]: Cut): boolean =>
      isCommitted([when, step]) &&
      AT_LEAST_ONCE.indexOf(step) <= AT_LEAST_ONCE.indexOf('write-local-state') &&
      !(when === 'after' && step === 'write-local-state');
    expect(asObject(counts)).toEqual(asObject(expected((cut) => (isLost(cut) ? 0 : RECORDS))));
  });

  it('commits nothing of tasks that are closed meanwhile, as those of a loop that was given up', async () => {
    const applicationId = 'closed';
    const out = 'closed-out';
    await createTopics(environment, bootstrapServers, { [out]: 1 });
    const topology = countTopology({ out, loggingEnabled: true });
    const app = { applicationId, bootstrapServers, topology, stateDir: path.join(folder, applicationId) };
    const victim = await startThread(app, {
      at: (step, when) => {
        if (step === 'flush-results' && when === 'after')
          for (const task of victim.thread.tasks) task.close();
      },
    });
    await victim.atEnd(RECORDS);
    expect(await victim.end()).toBeUndefined();

    const heir = await startThread(app);
    await heir.atEnd(RECORDS);
    expect(heir.thread.tasks[0]?.metrics.processed).toBe(RECORDS);
    expect(await heir.end()).toBeUndefined();
    expect((await topicContents(out, { environment, bootstrapServers })).at(-1)).toBe(`a=${RECORDS}`);
  });

  it('would count twice with local state before the offsets, and this harness sees it', async () => {
    const order: CommitStep[] = AT_LEAST_ONCE.filter((step) => step !== 'write-local-state');
    order.splice(order.indexOf('commit-offsets'), 0, 'write-local-state');
    const count = await countAfter(['before', 'commit-offsets'], {
      name: 'swapped',
      loggingEnabled: false,
      order,
    });
    expect(count).toBe(2 * RECORDS);
  });
});
