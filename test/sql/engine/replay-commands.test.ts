import { describe, expect, it } from 'vitest';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { builtInRegistry } from '../../../src/sql/functions/built-in.ts';
import { emptySession, type RecordedStatement, replayCommands, SqlEngine } from '../../../src/sql/index.ts';
import type { QueryAction } from '../../../src/sql/statements/definition.ts';
import { CaseHost } from '../../../src/sql/testing/case-host.ts';

const functions = builtInRegistry();

const script = `
  CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE STREAM a WITH (QUERY_ID='A') AS SELECT * FROM s;
  CREATE TABLE b WITH (QUERY_ID='B') AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;`;

const actions: readonly QueryAction[] = (['PAUSE', 'RESUME', 'TERMINATE'] as const).flatMap((action) => [
  { action },
  { action, queryId: 'A' },
  { action, queryId: 'B' },
]);

const written = ({ action, queryId = 'ALL' }: QueryAction): string => `${action} ${queryId}`;

const sequences = [
  ...actions.map((first) => [first]),
  ...actions.flatMap((first) => actions.map((second) => [first, second])),
];

const statesOf = (engine: SqlEngine): readonly string[] =>
  engine.queries().map(({ id, state }) => `${id} ${state}`);

/** What the server that was given the actions has, and what one has that starts on what was recorded. */
async function afterwards(
  sequence: readonly QueryAction[],
): Promise<{ readonly live: readonly string[]; readonly replayed: readonly string[] }> {
  const engine = new SqlEngine({ host: new CaseHost(), functions });
  const recorded: RecordedStatement[] = [];
  for (const prepared of await engine.prepare(script)) {
    const result = await engine.execute(prepared);
    if (result.kind === 'ddl') recorded.push({ kind: 'plan', plan: result.plan, session: emptySession });
  }
  for (const action of sequence) {
    const { queryId } = action;
    // A query that has gone is refused, and not recorded.
    if (queryId !== undefined && !engine.queries().some(({ id }) => id === queryId)) continue;
    await engine.control(action);
    recorded.push({ kind: 'control', ...action });
  }
  const started = new SqlEngine({ host: new CaseHost(), functions });
  await started.restore(await replayCommands(recorded));
  return { live: statesOf(engine), replayed: statesOf(started) };
}

it('replays in slices, a few statements at a time, and leaves the same', async () => {
  const engine = new SqlEngine({ host: new CaseHost(), functions });
  const recorded: RecordedStatement[] = [];
  for (const prepared of await engine.prepare(script)) {
    const result = await engine.execute(prepared);
    if (result.kind === 'ddl') recorded.push({ kind: 'plan', plan: result.plan, session: emptySession });
  }
  const many = Array.from({ length: 2_000 }, (_, i): RecordedStatement => {
    return recorded[i] ?? { kind: 'control', action: i % 2 === 0 ? 'PAUSE' : 'RESUME' };
  });
  // Each look at the clock is a statement that has taken a millisecond.
  let nowMs = 0;
  let turns = 0;
  const state = await replayCommands(many, {
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs++ },
    timers: {
      ...nodeEnvironment.timers,
      defer(callback) {
        turns += 1;
        queueMicrotask(callback);
      },
    },
  });
  expect(turns).toBeGreaterThanOrEqual(many.length / 6);
  const { catalog, ...rest } = await replayCommands(many);
  expect(state).toMatchObject(rest);
  expect(state.catalog.sources()).toEqual(catalog.sources());
});

describe('a start leaves of recorded PAUSE, RESUME and TERMINATE what the server had that was given them', () => {
  it.each(sequences.map((sequence) => [sequence.map(written).join(', '), sequence] as const))(
    '%s',
    async (_, sequence) => {
      const { live, replayed } = await afterwards(sequence);
      expect(replayed).toEqual(live);
    },
  );

  it.each([
    ['PAUSE', ['A PAUSED', 'B RUNNING']],
    ['RESUME', ['A RUNNING', 'B RUNNING']],
    ['TERMINATE', ['B RUNNING']],
  ] as const)('PAUSE A, %s A', async (action, expected) => {
    const { replayed } = await afterwards([
      { action: 'PAUSE', queryId: 'A' },
      { action, queryId: 'A' },
    ]);
    expect(replayed).toEqual(expected);
  });
});
