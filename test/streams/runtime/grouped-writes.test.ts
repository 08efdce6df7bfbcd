import { expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { GroupedWrites } from '../../../src/streams/runtime/grouped-writes.ts';
import type { StoreEngine, WriteBatch } from '../../../src/streams/state/engine.ts';
import { MemoryEngine } from '../../../src/streams/state/memory-engine.ts';

/** Memory that counts its batches, fails where it is told to, and waits as an engine does whose binding answers promises. */
class CountingEngine implements Pick<StoreEngine, 'write'> {
  readonly memory = new MemoryEngine();
  batches = 0;
  failure: Error | undefined;
  readonly #waits: boolean;

  constructor({ waits }: { readonly waits: boolean }) {
    this.#waits = waits;
  }

  write(fill: (batch: WriteBatch) => void): void | Promise<void> {
    this.batches++;
    if (this.failure !== undefined) throw this.failure;
    this.memory.write(fill);
    return this.#waits ? environment.timers.sleep(1) : undefined;
  }
}

function groupedWrites(engine: CountingEngine, isShared = true) {
  const failed: unknown[] = [];
  const { timers } = environment;
  const writes = new GroupedWrites({
    engine,
    timers,
    isShared: () => isShared,
    onFailed: (error) => failed.push(error),
  });
  return { writes, failed };
}

const put =
  (key: string) =>
  (batch: WriteBatch): void =>
    batch.put(key, Buffer.from(key));

it('writes in one batch what comes in one turn', async () => {
  const engine = new CountingEngine({ waits: false });
  const { writes } = groupedWrites(engine);
  expect(await Promise.all(['a', 'b', 'c'].map((key) => writes.write(put(key))))).toEqual([2, 2, 2]);
  expect(engine.batches).toBe(1);
  expect(engine.memory.getMany(['a', 'b', 'c']).map(String)).toEqual(['a', 'b', 'c']);
});

it('writes nothing where there is nothing to write, and does not wait', async () => {
  const engine = new CountingEngine({ waits: true });
  const { writes } = groupedWrites(engine);
  expect(await writes.write(() => undefined)).toBe(0);
  await writes.settled();
  expect(engine.batches).toBe(0);
});

it('gathers what comes while a batch is being written', async () => {
  const engine = new CountingEngine({ waits: true });
  const { writes } = groupedWrites(engine, false);
  const first = writes.write(put('a'));
  await environment.timers.sleep(0);
  const others = ['b', 'c', 'd'].map((key) => writes.write(put(key)));
  await writes.settled();
  await Promise.all([first, ...others]);
  expect(engine.batches).toBe(2);
  await writes.write(put('e'));
  expect(engine.memory.getMany(['d', 'e']).map(String)).toEqual(['d', 'e']);
});

it('writes nothing of what fails before it is whole, and all of the others', async () => {
  const engine = new CountingEngine({ waits: false });
  const { writes, failed } = groupedWrites(engine);
  const [good, bad, other] = await Promise.allSettled([
    writes.write(put('a')),
    writes.write((batch) => {
      put('b')(batch);
      throw new Error('cannot be serialized');
    }),
    writes.write(put('c')),
  ]);
  expect([good.status, bad.status, other.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(engine.memory.getMany(['a', 'b', 'c']).map((value) => value?.toString())).toEqual([
    'a',
    undefined,
    'c',
  ]);
  expect(failed).toEqual([]);
});

it('tells each of those that are in a batch that fails', async () => {
  const engine = new CountingEngine({ waits: false });
  const { writes, failed } = groupedWrites(engine);
  engine.failure = new Error('disk full');
  const results = await Promise.allSettled([writes.write(put('a')), writes.write(put('b'))]);
  expect(results).toEqual([
    { status: 'rejected', reason: engine.failure },
    { status: 'rejected', reason: engine.failure },
  ]);
  expect(failed).toEqual([engine.failure]);
});
