import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../../src/base/io/node-environment.ts';
import { MovedQueries } from '../../../../src/sql/runtime/moved-queries.ts';
import { noteCount, planMoves } from '../../../../src/sql/runtime/thread/query-moves.ts';

const PREFIX = '_confluent-ksql-x_';
let stateDir: string;

beforeEach(() => {
  stateDir = mkdtempSync(path.join(tmpdir(), 'millrace-moves-'));
});
afterEach(() => rmSync(stateDir, { recursive: true }));

const host = () => ({ environment, bootstrapServers: '127.0.0.1:1', stateDir, serviceId: 'x_' });
const place = (thread: number): string => (thread === 0 ? stateDir : path.join(stateDir, `thread-${thread}`));

/** Folders of queries, by thread, beside others that are none. */
function folders(...ofThreads: readonly (readonly string[])[]): void {
  for (const [thread, names] of ofThreads.entries()) {
    for (const name of [...names, 'shared'])
      mkdirSync(path.join(place(thread), PREFIX + name), { recursive: true });
  }
}

/** As `name: from → to`, by thread. */
function planned(count: number): readonly string[] {
  const places = Array.from({ length: 5 }, (_, thread) => place(thread));
  return planMoves(host(), count).moves.map(
    ({ applicationId, from, to }) =>
      `${applicationId.slice(PREFIX.length)}: ${places.indexOf(from)} → ${places.indexOf(to)}`,
  );
}

it('nothing moves while the number of threads stays, however unequal they have become', () => {
  expect(planMoves({ ...host(), stateDir: path.join(stateDir, 'new') }, 2)).toEqual({
    moves: [],
    emptied: [],
  });
  folders(['query_a', 'query_b', 'query_c'], []);
  noteCount(host(), 2);
  expect(planned(2)).toEqual([]);
});

it('with more threads than before, each gets its share', () => {
  folders(['query_a', 'query_b', 'query_c', 'query_d', 'query_e', 'transient_P_1']);
  noteCount(host(), 1);
  expect(planned(2)).toEqual(['query_d: 0 → 1', 'query_e: 0 → 1']);
  expect(planned(3)).toEqual(['query_c: 0 → 1', 'query_d: 0 → 2', 'query_e: 0 → 1']);
  expect(planMoves(host(), 3).emptied).toEqual([]);
});

it('with fewer threads, those that are left take what the others had, and their folders go', () => {
  folders(['query_a'], ['query_b', 'query_c'], ['query_d'], ['query_e', 'transient_P_1']);
  mkdirSync(path.join(stateDir, 'thread-x'));
  noteCount(host(), 4);
  expect(planned(2)).toEqual(['query_d: 2 → 0', 'query_e: 3 → 0', 'transient_P_1: 3 → 0']);
  expect(planMoves(host(), 2).emptied).toEqual([place(2), place(3)]);
  // A move that was cut off before it was noted goes on.
  noteCount(host(), 2);
  expect(planned(2)).toHaveLength(3);
});

it('what another server has in the folder of a thread stays there, and the folder with it', async () => {
  folders([], [], []);
  for (const thread of [1, 2]) writeFileSync(path.join(place(thread), 'process-id'), 'p');
  const others = ['query_a', 'shared'].map((name) => `_confluent-ksql-y_${name}`);
  for (const name of others) mkdirSync(path.join(place(1), name, 'rocksdb'), { recursive: true });
  const { emptied } = planMoves(host(), 1);
  expect(emptied).toEqual([place(1), place(2)]);
  await new MovedQueries(host()).move([], emptied);
  expect(readdirSync(place(1))).toEqual([...others, 'process-id']);
  expect(existsSync(place(2))).toBe(false);
  // From now on there is nothing of this server's there, and nothing to do.
  expect(planMoves(host(), 1).emptied).toEqual([]);
  expect(existsSync(`${place(1)}/_confluent-ksql-y_shared/rocksdb`)).toBe(true);
});

it('each server notes for itself how many threads it has, as all did together once', () => {
  folders(['query_a', 'query_b', 'query_c'], []);
  writeFileSync(path.join(stateDir, 'stream-threads'), '2');
  expect(planned(2)).toEqual([]);
  noteCount(host(), 2);
  noteCount({ ...host(), serviceId: 'y_' }, 5);
  expect(planned(2)).toEqual([]);
});
