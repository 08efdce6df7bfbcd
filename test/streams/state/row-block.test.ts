import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changelogBytes } from '../../../src/streams/state/managed-store.ts';
import { NO_HEADERS } from '../../../src/streams/index.ts';
import { RowBlock } from '../../../src/streams/state/row-block.ts';
import { engines } from './engines.ts';

interface Change {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

const PREFIX = '\u0000\u0000\u00ff\u0007';

function blockOf(changes: readonly Change[], capacity = 1): RowBlock {
  const rows = new RowBlock(PREFIX, capacity);
  for (const [timestamp, { key, value }] of changes.entries()) {
    rows.begin();
    rows.append(key, 0, key.length);
    rows.finish(changelogBytes({ key, value, timestamp, headers: NO_HEADERS }));
  }
  return rows;
}

/** Rows as they are shown: key without the prefix, time, value. */
function shown(rows: RowBlock, how: 'show' | 'showViews'): string[] {
  const found: string[] = [];
  rows[how]((key, value) => {
    expect(key.toString('latin1', 0, PREFIX.length)).toBe(PREFIX);
    const name = key.toString('latin1', PREFIX.length);
    const what = value === undefined ? 'gone' : `${value.readBigInt64BE(0)} ${value.toString('latin1', 8)}`;
    found.push(`${name}: ${what}`);
  });
  return found;
}

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const put = (key: string, value: string | null): Change => ({
  key: bytes(key),
  value: value === null ? null : bytes(value),
});

describe('a block of rows', () => {
  it('shows its rows in the order of their keys, those of one key as they came', () => {
    const rows = blockOf([put('k2', 'a'), put('k1', 'b'), put('k2', null), put('k10', ''), put('k1', 'c')]);
    const expected = ['k1: 1 b', 'k1: 4 c', 'k10: 3 ', 'k2: 0 a', 'k2: gone'];
    expect(shown(rows, 'show')).toEqual(expected);
    expect(shown(rows, 'showViews')).toEqual(expected);
    expect(rows.count).toBe(5);
    expect(rows.byteLength).toBe(5 * PREFIX.length + 11 + 4 * 8 + 3);
    expect(rows.lastKey()).toBe('k2');
    expect(blockOf([put('k10', 'a'), put('k1', 'b'), put('l', null), put('k\u00ff', 'c')]).lastKey()).toBe(
      'k\u00ff',
    );
    expect(blockOf([put('k1', 'a'), put('k10', 'b')]).lastKey()).toBe('k10');
    expect(shown(blockOf([]), 'show')).toEqual([]);
    expect(blockOf([put('z', null)]).lastKey()).toBeUndefined();
  });

  it('has room for keys and values of any length', () => {
    const long = (letter: string, length: number): string => letter.repeat(length);
    for (const length of [0, 1, 63, 64, 65, 511, 512, 513, 100_000]) {
      const rows = blockOf([put(long('k', length), long('v', length)), put(`${long('k', length)}l`, '')]);
      const expected = [`${long('k', length)}: 0 ${long('v', length)}`, `${long('k', length)}l: 1 `];
      expect(shown(rows, 'show')).toEqual(expected);
      expect(shown(rows, 'showViews')).toEqual(expected);
    }
  });

  it('orders many rows as the bytes of their keys do, where six bytes tell', () => {
    const keys = Array.from({ length: 70_000 }, (_, i) => `common-${String((i * 7919) % 70_000)}`);
    const rows = blockOf(
      keys.map((key) => put(key, 'v')),
      keys.length,
    );
    const names = shown(rows, 'show').map((row) => row.slice(0, row.indexOf(':')));
    expect(names).toEqual([...keys].sort());
  });
});

const changes = fc.array(
  fc.record({
    // Few letters, so that keys are met again, begin alike, and contain one another.
    key: fc.array(fc.constantFrom(0, 1, 0x7f, 0xff), { maxLength: 12 }).map((each) => Buffer.from(each)),
    value: fc.option(
      fc.uint8Array({ maxLength: 20 }).map((each) => Buffer.from(each)),
      { freq: 3 },
    ),
  }),
  { maxLength: 60 },
);

describe.each(Object.entries(engines))('a block of rows in the engine: %s', (_name, open) => {
  it('leaves what its changes leave one by one', async () => {
    const under = await open();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(changes, async (some) => {
        const { engine } = under;
        await engine.clear({ from: '', to: undefined });
        const expected = new Map<string, string>();
        for (const [timestamp, { key, value }] of some.entries()) {
          const name = PREFIX + key.toString('latin1');
          if (value === null) expected.delete(name);
          else expected.set(name, `${timestamp} ${value.toString('latin1')}`);
        }
        await engine.write((batch) => {
          batch.put('a', bytes(String(run++)));
          batch.putRows(blockOf(some));
        });
        const found = (await engine.scan({ from: PREFIX, to: 'a' })).map(([key, value]) => [
          key,
          `${value.readBigInt64BE(0)} ${value.toString('latin1', 8)}`,
        ]);
        expect(found).toEqual([...expected].sort(([a], [b]) => (a < b ? -1 : 1)));
      }),
      { numRuns: 50 },
    );
    await under.close();
  });
});
