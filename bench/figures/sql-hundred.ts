import { setTimeout as sleep } from 'node:timers/promises';
import { withAdmin } from '../harness/brokers.ts';
import type { Contender, Figure, RunSize } from '../harness/figure.ts';
import { MIX, queries, queryGroups, sourceOf, untilCommitted } from '../harness/hundred-queries.ts';
import { createInputTopic, fill, type Input, topicOf } from '../harness/inputs.ts';
import { figuresOfSameRuns } from '../harness/same-runs.ts';
import { dataFolder, SqlProcess } from '../harness/sql-process.ts';

/** Of each kind one query is run alone, and stands for the others, which differ in a number: each takes half a minute. */
const ALONE = { filter: 1, aggregate: 1, windowed: 1 } as const;
const IDLE_AFTER_MS = 5_000;
const LOOK_EVERY_MS = 100;

type Values = Readonly<
  Record<'hundredRows' | 'hundredIdle' | 'hundredIdleTime' | 'hundredBusy' | 'hundredRuns', number>
>;

/**
 * A server, broker included, with a hundred queries over one topic, beside servers with one of them each: rows that all of
 * them have read and committed per second of processor time of the whole process; memory and processor time without work;
 * the most memory under work; and the time that a restart takes until all run.
 */
export const { hundredRows, hundredIdle, hundredIdleTime, hundredBusy, hundredRuns } = figuresOfSameRuns(
  {
    hundredRows: {
      name: 'SQL, 100 queries over one topic, rows a second and core',
      unit: 'rows/s',
      bound: { oursAtLeast: 6_000 },
    },
    hundredIdle: {
      name: 'SQL, 100 queries over one topic, memory, idle',
      unit: 'MB',
      bound: { oursAtMost: 250 },
    },
    hundredIdleTime: {
      name: 'SQL, 100 queries over one topic, processor time, idle',
      unit: '% of a core',
      bound: { oursAtMost: 5 },
    },
    hundredBusy: {
      name: 'SQL, 100 queries over one topic, memory, busy',
      unit: 'MB',
      bound: { oursAtMost: 400 },
    },
    hundredRuns: {
      name: 'SQL, 100 queries over one topic, start until all run',
      unit: 'ms',
      bound: { atMost: 3 },
    },
  },
  async (size) => ({ ours: together(size), rival: alone(size) }),
);

/**
 * A hundred busy queries in transactions, beside the same at least once, each with the commit interval that it has by default: what
 * exactly-once costs the process, broker included.
 */
export const hundredExactlyOnce: Figure = {
  name: 'SQL, 100 queries over one topic, exactly once over at least once, rows a second and core',
  unit: 'rows/s',
  bound: { atLeast: 0.85 },
  prepare: (size) =>
    Promise.resolve({
      ours: guaranteed('exactly_once_v2', size),
      rival: guaranteed('at_least_once', size),
    }),
};

function guaranteed(guarantee: string, size: RunSize): Contender {
  const settings = [`ksql.streams.processing.guarantee=${guarantee}`];
  return {
    name: guarantee,
    async measure() {
      const { processorMicros } = await measured(queries(MIX), inputOf(size), settings);
      return 1_000_000 / processorMicros;
    },
  };
}

const inputOf = ({ quick }: RunSize): Input => ({
  kind: 'bids',
  records: quick ? 10_000 : 100_000,
  keys: 1_000,
});

function together(size: RunSize): Contender<Values> {
  return {
    name: '100 queries',
    async measure() {
      const { processorMicros, ...values } = await measured(queries(MIX), inputOf(size));
      return { hundredRows: 1_000_000 / processorMicros, ...values };
    },
  };
}

/** A row costs what it costs all queries by themselves; the other figures are the mean of theirs. */
function alone(size: RunSize): Contender<Values> {
  const weights = Object.values(MIX);
  return {
    name: 'each alone',
    async measure() {
      const runs: (Measured & { readonly weight: number })[] = [];
      for (const [i, statement] of queries(ALONE).entries()) {
        runs.push({ ...(await measured([statement], inputOf(size))), weight: weights[i] ?? Number.NaN });
      }
      const mean = (key: keyof Measured): number =>
        runs.reduce((sum, run) => sum + run[key], 0) / runs.length;
      return {
        hundredRows: 1_000_000 / runs.reduce((sum, run) => sum + run.processorMicros * run.weight, 0),
        hundredIdle: mean('hundredIdle'),
        hundredIdleTime: mean('hundredIdleTime'),
        hundredBusy: mean('hundredBusy'),
        hundredRuns: mean('hundredRuns'),
      };
    },
  };
}

type Measured = Omit<Values, 'hundredRows'> & {
  /** Processor time of a row, of all queries together. */
  readonly processorMicros: number;
};

async function measured(
  statements: readonly string[],
  input: Input,
  settings: readonly string[] = [],
): Promise<Measured> {
  const folder = dataFolder();
  let server = await SqlProcess.start(folder.data, settings);
  try {
    await server.msUntilAnswered('SHOW STREAMS;');
    await createInputTopic(server.bootstrap, topicOf(input));
    for (const statement of [sourceOf(topicOf(input)), ...statements]) await server.run(statement);
    const idle = await idleUse(server);
    const busy = await busyUse(server, { queries: statements.length, input });
    await server.stop();
    server = await SqlProcess.start(folder.data, settings);
    const hundredRuns = await server.msUntilStarted(statements.length);
    return { ...idle, ...busy, hundredRuns };
  } finally {
    await server.stop();
    folder.remove();
  }
}

async function idleUse({ usage }: SqlProcess): Promise<Pick<Measured, 'hundredIdle' | 'hundredIdleTime'>> {
  await sleep(IDLE_AFTER_MS);
  const [beganMs, began] = [performance.now(), usage.processorSeconds()];
  await sleep(IDLE_AFTER_MS);
  const seconds = (performance.now() - beganMs) / 1_000;
  return {
    hundredIdle: usage.residentBytes() / 1_000_000,
    hundredIdleTime: ((usage.processorSeconds() - began) / seconds) * 100,
  };
}

/** All queries wait at the end of the topic when it is filled, faster than they read. */
async function busyUse(
  { bootstrap, usage }: SqlProcess,
  { queries: count, input }: { readonly queries: number; readonly input: Input },
): Promise<Pick<Measured, 'processorMicros' | 'hundredBusy'>> {
  let mostBytes = 0;
  const looking = setInterval(() => {
    mostBytes = Math.max(mostBytes, usage.residentBytes());
  }, LOOK_EVERY_MS);
  try {
    return await withAdmin(bootstrap, async (admin) => {
      const groups = await queryGroups(admin, count);
      const began = usage.processorSeconds();
      await fill(bootstrap, input);
      await untilCommitted(admin, groups, input.records);
      const seconds = usage.processorSeconds() - began;
      return { processorMicros: (seconds * 1_000_000) / input.records, hundredBusy: mostBytes / 1_000_000 };
    });
  } finally {
    clearInterval(looking);
  }
}
