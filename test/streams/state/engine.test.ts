import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoreEngine } from '../../../src/streams/state/engine.ts';
import { unsupported } from '../../../src/streams/state/io/rocksdb-binding.ts';
import { AsynchronousRocksDbEngine } from '../../../src/streams/state/io/asynchronous-rocksdb-engine.ts';
import { MemoryEngine } from '../../../src/streams/state/memory-engine.ts';
import { engines, openRocksDbBy, rocksDbKinds, type EngineUnderTest } from './engines.ts';

const value = (text: string): Buffer => Buffer.from(text);
const texts = (entries: readonly (readonly [string, Buffer])[]): string[] =>
  entries.map(([key, bytes]) => `${key}=${bytes.toString()}`);

describe.each(Object.entries(engines))('engine: %s', (_name, open) => {
  let under: EngineUnderTest;
  let engine: StoreEngine;
  beforeEach(async () => {
    under = await open();
    engine = under.engine;
  });
  afterEach(() => under.close());

  async function put(...keys: string[]): Promise<void> {
    await engine.write((batch) => {
      for (const key of keys) batch.put(key, value(key));
    });
  }

  it('answers values in the order of the keys, undefined where there is none', async () => {
    await put('a', 'b');
    const values = await engine.getMany(['b', 'x', 'a', 'b']);
    expect(values.map((each) => each?.toString())).toEqual(['b', undefined, 'a', 'b']);
    expect(await engine.getMany([])).toEqual([]);
  });

  it('keeps empty values, and keys of any bytes in their order', async () => {
    await engine.write((batch) => {
      for (const key of ['\u00ff\u00ff', '\u0000', 'a\u0000', 'a', '\u0080']) batch.put(key, Buffer.alloc(0));
    });
    expect((await engine.scan({ from: '', to: undefined })).map(([key]) => key)).toEqual([
      '\u0000',
      'a',
      'a\u0000',
      '\u0080',
      '\u00ff\u00ff',
    ]);
    expect((await engine.getMany(['a']))[0]).toEqual(Buffer.alloc(0));
  });

  it('gives a range in pages of about as many bytes as were asked for', async () => {
    const keys = Array.from({ length: 100 }, (_, i) => `k${String(i).padStart(3, '0')}`);
    await put(...keys, 'z');
    for (const bytesMax of [1, 50, 799, 800, 1e6]) {
      const pages: string[][] = [];
      const scan = engine.openScan({ from: 'k', to: 'l' }, bytesMax);
      for (let isLast = false; !isLast; ) {
        const page = await scan.next();
        pages.push(page.entries.map(([key]) => key));
        ({ isLast } = page);
      }
      await scan.close();
      expect(pages.flat()).toEqual(keys);
      // An entry has eight bytes, and bindings look at the budget before or after one that exceeds it.
      for (const page of pages) expect(page.length).toBeLessThanOrEqual(bytesMax / 8 + 2);
    }
    for (const bytesMax of [1, 50, 799, 800, 1e6]) {
      const read: string[] = [];
      for (let from = 'k', isLast = false; !isLast; from = `${read.at(-1)}\0`) {
        const page = await engine.readPage({ from, to: 'l' }, bytesMax);
        if (!page.isLast) expect(page.entries.length).toBeGreaterThan(0);
        expect(page.entries.length).toBeLessThanOrEqual(bytesMax / 8 + 2);
        read.push(...page.entries.map(([key]) => key));
        ({ isLast } = page);
      }
      expect(read).toEqual(keys);
    }
    expect(await engine.readPage({ from: 'x', to: 'y' }, 10)).toEqual({ entries: [], isLast: true });
    const nothing = engine.openScan({ from: 'x', to: 'y' }, 10);
    expect(await nothing.next()).toEqual({ entries: [], isLast: true });
    await nothing.close();
  });

  it('scans a range from its last key to the first one, as it was when the scan was opened', async () => {
    const keys = Array.from({ length: 3000 }, (_, i) => `k${String(i).padStart(4, '0')}`);
    await put('j', ...keys, 'l', 'z');
    for (const [bytesMax, to] of [
      [1, 'k0009'],
      [5_000, 'l'],
      [1e6, 'l'],
    ] as const) {
      const scan = engine.openScan({ from: 'k', to, descending: true }, bytesMax);
      await put('k0000a', 'kzzz');
      const found: string[] = [];
      for (let isLast = false; !isLast; ) {
        const page = await scan.next();
        found.push(...page.entries.map(([key]) => key));
        ({ isLast } = page);
      }
      await scan.close();
      await engine.write((batch) => {
        for (const key of ['k0000a', 'kzzz']) batch.delete(key);
      });
      expect(found).toEqual(keys.filter((key) => key < to).reverse());
    }
    const toTheEnd = engine.openScan({ from: 'l', to: undefined, descending: true }, 1e6);
    expect(texts((await toTheEnd.next()).entries)).toEqual(['z=z', 'l=l']);
    await toTheEnd.close();
  });

  it('scans what there was when the scan was opened, and may be left in the middle', async () => {
    await put('k1', 'k2', 'k3', 'k4');
    const scan = engine.openScan({ from: 'k', to: 'l' }, 1);
    const found = [...(await scan.next()).entries];
    await engine.write((batch) => {
      batch.delete('k3');
      batch.put('k4', Buffer.from('new'));
      batch.put('k5', Buffer.from('new'));
    });
    for (let isLast = false; !isLast; ) {
      const page = await scan.next();
      found.push(...page.entries);
      ({ isLast } = page);
    }
    await scan.close();
    expect(found.map(([key]) => key)).toEqual(['k1', 'k2', 'k3', 'k4']);
    expect(found.map(([, value]) => value.toString())).not.toContain('new');
    const left = engine.openScan({ from: 'k', to: 'l' }, 1);
    await left.next();
    await left.close();
  });

  it('scans from a key on, up to another one without it', async () => {
    await put('a', 'b', 'c', 'd');
    expect(texts(await engine.scan({ from: 'b', to: 'd' }))).toEqual(['b=b', 'c=c']);
    expect(texts(await engine.scan({ from: 'c', to: undefined }))).toEqual(['c=c', 'd=d']);
    expect(await engine.scan({ from: 'x', to: 'y' })).toEqual([]);
    expect(await engine.lastKey({ from: 'a', to: 'c' })).toBe('b');
    expect(await engine.lastKey({ from: 'b', to: undefined })).toBe('d');
    expect(await engine.lastKey({ from: 'x', to: undefined })).toBeUndefined();
  });

  it('scans more than a binding takes at a time', async () => {
    const keys = Array.from({ length: 5000 }, (_, i) => String(i).padStart(6, '0'));
    await put(...keys);
    expect((await engine.scan({ from: '', to: undefined })).map(([key]) => key)).toEqual(keys);
  });

  it('clears a range, and what is written there afterwards stays', async () => {
    await put('a', 'b', 'c', '\u00ff');
    await engine.clear({ from: 'b', to: 'c' });
    expect(texts(await engine.scan({ from: '', to: '\u0080' }))).toEqual(['a=a', 'c=c']);
    await put('b');
    await engine.clear({ from: 'c', to: undefined });
    expect(texts(await engine.scan({ from: '', to: undefined }))).toEqual(['a=a', 'b=b']);
  });

  it('applies nothing of a batch that could not be filled', async () => {
    const failing = async (): Promise<void> =>
      engine.write((batch) => {
        batch.put('a', value('a'));
        throw new Error('no');
      });
    await expect(failing()).rejects.toThrow('no');
    if (!(engine instanceof MemoryEngine)) expect(await engine.scan({ from: '', to: undefined })).toEqual([]);
  });

  it('answers all reads at once, or all by promises', async () => {
    await put('a');
    const answers = [
      engine.getMany(['a']),
      engine.scan({ from: 'a', to: 'b' }),
      engine.lastKey({ from: 'a', to: 'b' }),
    ];
    const waits = engine instanceof AsynchronousRocksDbEngine;
    expect(answers.map((answer) => answer instanceof Promise)).toEqual(answers.map(() => waits));
    for (const answer of answers) await answer;
  });

  it('refuses what comes after it is closed', async () => {
    if (engine instanceof MemoryEngine) return;
    await put('a');
    await engine.close();
    const late: readonly (() => unknown)[] = [
      () => engine.getMany(['a']),
      () => put('b'),
      () => engine.scan({ from: '', to: undefined }),
      () => engine.clear({ from: 'a', to: 'b' }),
    ];
    for (const call of late) await expect((async () => call())()).rejects.toThrow();
    under = await open();
  });

  it('holds what a plain map holds, whatever is done', async () => {
    const key = fc.stringMatching(/^[a-d]{1,3}$/);
    const steps = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('write' as const), keys: fc.array(key), deleted: fc.array(key) }),
        fc.record({ kind: fc.constant('clear' as const), from: key, to: key }),
      ),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        await engine.clear({ from: '', to: undefined });
        const model = new Map<string, string>();
        for (const [i, step] of all.entries()) {
          if (step.kind === 'clear') {
            await engine.clear({ from: step.from, to: step.to });
            for (const each of model.keys()) if (each >= step.from && each < step.to) model.delete(each);
            continue;
          }
          await engine.write((batch) => {
            for (const each of step.keys) batch.put(each, value(String(i)));
            for (const each of step.deleted) batch.delete(each);
          });
          for (const each of step.keys) model.set(each, String(i));
          for (const each of step.deleted) model.delete(each);
        }
        const expected = [...model].sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => `${k}=${v}`);
        expect(texts(await engine.scan({ from: '', to: undefined }))).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });
});

describe.each(rocksDbKinds)('a database folder of the %s RocksDB', (kind) => {
  let folder: string;
  beforeEach(async () => {
    folder = path.join(mkdtempSync(path.join(tmpdir(), 'millrace-engine-')), 'db');
    const engine = await openRocksDbBy(kind, folder);
    await engine.write((batch) => batch.put('a', value('1')));
    await engine.close();
  });
  afterEach(() => rmSync(path.dirname(folder), { recursive: true, force: true }));

  const file = (pattern: RegExp): string => {
    const name = readdirSync(folder).find((each) => pattern.test(each));
    if (name === undefined) throw new Error(`no ${String(pattern)} in ${readdirSync(folder).join(' ')}`);
    return path.join(folder, name);
  };

  it('has after a restart what was written, and is open once only', async () => {
    const engine = await openRocksDbBy(kind, folder);
    expect((await engine.getMany(['a']))[0]).toEqual(value('1'));
    await expect(openRocksDbBy(kind, folder)).rejects.toMatchObject({ code: 'STATE_STORE_ERROR' });
    await engine.close();
  });

  it.each([
    ['CURRENT is missing', () => rmSync(file(/^CURRENT$/))],
    ['CURRENT is garbage', () => writeFileSync(file(/^CURRENT$/), 'rubbish')],
    ['the manifest is missing', () => rmSync(file(/^MANIFEST/))],
    ['the manifest is cut short', () => truncateSync(file(/^MANIFEST/), 20)],
    ['the manifest is overwritten', () => writeFileSync(file(/^MANIFEST/), Buffer.alloc(4096, 7))],
  ])('is called damaged when %s', async (_what, damage) => {
    damage();
    await expect(openRocksDbBy(kind, folder)).rejects.toMatchObject({ code: 'STATE_STORE_DAMAGED' });
  });

  it.each([
    ['missing', (name: string) => rmSync(name)],
    ['cut short', (name: string) => truncateSync(name, 20)],
    ['overwritten', (name: string) => writeFileSync(name, Buffer.alloc(statSync(name).size, 7))],
  ])(
    'is called damaged when a table is %s, at the latest by the read that meets it',
    async (_what, damage) => {
      // Opening moves what was in the log into a table.
      await (await openRocksDbBy(kind, folder)).close();
      damage(file(/\.sst$/));
      const reading = async (): Promise<unknown> => {
        const engine = await openRocksDbBy(kind, folder);
        try {
          return await engine.getMany(['a']);
        } finally {
          await engine.close();
        }
      };
      await expect(reading()).rejects.toMatchObject({ code: 'STATE_STORE_DAMAGED' });
    },
  );

  it('is not called damaged when it may not be written', async () => {
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'a file, not a folder');
    await expect(openRocksDbBy(kind, folder)).rejects.toMatchObject({ code: 'STATE_STORE_ERROR' });
  });
});

it.each([
  [{ platform: 'linux', arch: 'x64', libc: 'musl' }, /linux-x64 \(musl\): use a Linux with glibc/],
  [
    { platform: 'linux', arch: 'arm64', libc: 'glibc' },
    /linux-arm64: install libatomic .*npm install rocksdb-native/,
  ],
  [{ platform: 'win32', arch: 'x64', libc: undefined }, /win32-x64: npm install rocksdb-native/],
] as const)('says in one line what to install on %o', (machine, expected) => {
  const line = unsupported(machine, ['why']);
  expect(line).toMatch(expected);
  expect(line).not.toContain('\n');
});

it('does not take packages that are absent at this moment for a machine without RocksDB', () => {
  const machine = { platform: 'linux', arch: 'x64', libc: 'glibc' } as const;
  expect(unsupported(machine, ["Cannot find package 'rocksdb'"], { isAbsent: true })).toMatch(
    /^the packages of RocksDB are not installed, .*run npm install/,
  );
});
