import { beforeEach, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { silentLogger as logger } from '../../../src/base/logger.ts';
import { StateDirectory } from '../../../src/streams/runtime/state-directory.ts';
import { TestBrokers } from '../../broker/running-broker.ts';

let root: string;

beforeEach(() => {
  const brokers = new TestBrokers();
  root = brokers.newDirectory();
  return () => brokers.close();
});

const options = () => ({
  root,
  folders: ['app'],
  applicationId: 'app',
  blockCacheBytes: 1 << 20,
  writeBufferBytes: 1 << 20,
  logger,
});

/** Opens the state, lets tasks register their stores in this order, and answers the prefixes. */
async function prefixes(...taskIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const state = StateDirectory.take(environment, options());
  await state.open();
  const found = new Map<string, string>();
  for (const taskId of taskIds) {
    await state.register(taskId, ['kept', 'other']);
    found.set(taskId, `${state.prefixOf(taskId, 'kept')} ${state.prefixOf(taskId, 'other')}`);
  }
  await state.close();
  return found;
}

it('keeps the ids of all stores, whichever task comes first and whether their changes are logged', async () => {
  const before = await prefixes('0_0', '0_1');
  expect(new Set(before.values()).size).toBe(2);
  const after = await prefixes('0_1', '0_2', '0_0');
  for (const taskId of ['0_0', '0_1']) expect(after.get(taskId)).toBe(before.get(taskId));
  expect(new Set(after.values()).size).toBe(3);
});

it('keeps state that lacks nothing however old it is, and restores anew what may lack deletions', async () => {
  let days = 0;
  const clock = { ...environment.clock, nowMs: () => days * 86_400_000 };
  const state = StateDirectory.take({ ...environment, clock }, options());
  await state.open();
  await state.register('0_0', ['kept']);
  expect(state.positionOf({ taskId: '0_0', store: 'kept' }, 0)).toBeUndefined();
  await state.write((batch) => state.setPosition(batch, { taskId: '0_0', store: 'kept', position: 7 }));
  days = 0.9;
  expect(state.positionOf({ taskId: '0_0', store: 'kept' }, 9)).toBe(7);
  days = 400;
  expect(state.positionOf({ taskId: '0_0', store: 'kept' }, 7)).toBe(7);
  expect(state.positionOf({ taskId: '0_0', store: 'kept' }, 9)).toBeUndefined();
  await state.close();
});
