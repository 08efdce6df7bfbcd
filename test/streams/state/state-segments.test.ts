import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CacheBudget } from '../../../src/streams/state/cache-budget.ts';
import { int64Text } from '../../../src/streams/state/key-codec.ts';
import { KeyFingerprints } from '../../../src/streams/state/key-fingerprints.ts';
import { changelogBytes } from '../../../src/streams/state/managed-store.ts';
import { MemoryEngine } from '../../../src/streams/state/memory-engine.ts';
import { eachRow } from '../../../src/streams/state/pages.ts';
import { RowBlock } from '../../../src/streams/state/row-block.ts';
import { StateMap } from '../../../src/streams/state/state-map.ts';

const PREFIX = 'p';
const codec = {
  write: (rows: RowBlock, value: number) => rows.appendText(String(value)),
  decode: (bytes: Buffer) => Number(bytes.toString()),
};

/** Tells what is read of it. */
class ReadEngine extends MemoryEngine {
  readonly read: string[] = [];

  override getMany(keys: readonly string[]): ReturnType<MemoryEngine['getMany']> {
    this.read.push(...keys);
    return super.getMany(keys);
  }
}

function opened(engine: MemoryEngine, budget: CacheBudget): StateMap<number> {
  const map = new StateMap<number>({ engine, prefix: PREFIX, codec, budget, changelogTopic: 'c' });
  void map.learnEnd();
  return map;
}

function commit(map: StateMap<number>, engine: MemoryEngine): void {
  engine.write((batch) => map.writeTo(batch));
  map.committed();
}

describe('fingerprints of keys', () => {
  it('are of every key that was added, however many there are', () => {
    const known = new KeyFingerprints();
    const keys = Array.from({ length: 5_000 }, (_, i) => `k${i}`);
    for (const key of keys) known.add(key);
    expect(keys.filter((key) => !known.has(key))).toEqual([]);
  });

  it('are hardly ever of another one', () => {
    const known = new KeyFingerprints();
    for (let i = 0; i < 5_000; i++) known.add(`k${i}`);
    const wrong = Array.from({ length: 5_000 }, (_, i) => `x${i}`).filter((key) => known.has(key));
    expect(wrong.length).toBeLessThan(3);
  });
});

describe('keys that begin with a time', () => {
  it('are read of times of before, and not where they are known to be nowhere', () => {
    const engine = new ReadEngine();
    const budget = new CacheBudget(1e6);
    const before = opened(engine, budget);
    before.set('a', 1, before.segmentAt(100));
    commit(before, engine);
    before.close();
    expect(budget.usedBytes).toBe(0);

    const map = opened(engine, budget);
    void map.load('a', map.segmentAt(100));
    expect(map.get('a', map.segmentAt(100))).toBe(1);
    void map.load('b', map.segmentAt(200));
    map.set('a', 2, map.segmentAt(200));
    commit(map, engine);
    map.prefetch('c', map.segmentAt(200));
    void map.loadPrefetched();
    expect(map.get('c', map.segmentAt(200))).toBeUndefined();
    expect(engine.read).toEqual([`${PREFIX}${int64Text(100)}a`]);
  });

  it('are read again when something was written past the map', () => {
    const engine = new MemoryEngine();
    const map = opened(engine, new CacheBudget(1e6));
    map.set('a', 1, map.segmentAt(200));
    commit(map, engine);
    const key = Buffer.from(`${int64Text(200)}b`, 'latin1');
    const rows = new RowBlock(PREFIX, 1);
    rows.begin();
    rows.append(key, 0, key.length);
    rows.finish(changelogBytes({ key, value: Buffer.of(0), timestamp: 0, headers: [] }));
    engine.write((batch) => batch.put(`${PREFIX}${int64Text(200)}b`, Buffer.from('7')));
    map.writtenPast(rows);
    void map.load('b', map.segmentAt(200));
    expect(map.get('b', map.segmentAt(200))).toBe(7);
  });

  it('are what a plain map of them holds, whatever is done, and all memory comes back', () => {
    const time = fc.constantFrom(0, 10, 20, 30, 1_000_000);
    const key = fc.integer({ min: 0, max: 30 }).map((n) => `k${n}`);
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.record({ type: fc.constant('set'), time, key, value: fc.nat(99) }) },
      { weight: 2, arbitrary: fc.record({ type: fc.constant('delete'), time, key, value: fc.constant(0) }) },
      { weight: 4, arbitrary: fc.record({ type: fc.constant('look'), time, key, value: fc.constant(0) }) },
      { weight: 2, arbitrary: fc.record({ type: fc.constant('commit'), time, key, value: fc.constant(0) }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('clear'), time, key, value: fc.constant(0) }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('reopen'), time, key, value: fc.constant(0) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const engine = new MemoryEngine();
        const budget = new CacheBudget(2_000);
        const model = new Map<string, number>();
        let map = opened(engine, budget);
        const expectSame = (at: number, name: string): void => {
          void map.load(name, map.segmentAt(at));
          expect(map.get(name, map.segmentAt(at))).toBe(model.get(int64Text(at) + name));
        };
        for (const { type, time: at, key: name, value } of steps) {
          const text = int64Text(at) + name;
          if (type === 'set' || type === 'delete') {
            const isSet = type === 'set';
            void map.load(name, map.segmentAt(at));
            map.set(name, isSet ? value : undefined, map.segmentAt(at));
            if (isSet) model.set(text, value);
            else model.delete(text);
          } else if (type === 'look') {
            expectSame(at, name);
          } else {
            commit(map, engine);
            map.evict();
            if (type === 'clear') {
              void map.clear({ from: int64Text(0), to: int64Text(at) });
              for (const known of [...model.keys()]) if (known < int64Text(at)) model.delete(known);
            } else if (type === 'reopen') {
              map.close();
              map = opened(engine, budget);
            }
          }
        }
        for (const at of [0, 10, 20, 30, 1_000_000]) {
          for (let n = 0; n <= 30; n++) expectSame(at, `k${n}`);
        }
        const rows: (readonly [string, number])[] = [];
        expect(eachRow(map.read({ from: '', to: undefined }, 100), (row) => rows.push(row))).toBeUndefined();
        expect(rows).toEqual([...model].sort(([a], [b]) => (a < b ? -1 : 1)));
        map.close();
        expect(budget.usedBytes).toBe(0);
        expect(budget.dirtyBytes).toBe(0);
      }),
    );
  });
});
