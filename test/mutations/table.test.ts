import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { plant } from './mutation.ts';
import { MUTATIONS } from './table.ts';

const root = path.resolve(import.meta.dirname, '../..');

describe('the table of planted bugs', () => {
  it('names each of them once', () => {
    const names = MUTATIONS.map((mutation) => mutation.name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(MUTATIONS.map((mutation) => [mutation.name, mutation] as const))('%s: fits', (_name, mutation) => {
    const source = readFileSync(path.join(root, mutation.file), 'utf8');
    const planted = plant(mutation, source);
    expect(planted).not.toBe(source);
    // One that does not load is noticed by nobody.
    expect(parseSync(mutation.file, planted).errors).toEqual([]);
    for (const place of mutation.suite) expect(existsSync(path.join(root, place))).toBe(true);
  });
});
