import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { plant } from '../../mutations/mutation.ts';
import { readFindings } from './findings.ts';
import { BUG_KINDS } from './simulated-bug.ts';
import { SIMULATED_BUGS } from './table.ts';

const root = path.resolve(import.meta.dirname, '../../..');

describe('the table of bugs that the cluster simulation finds', () => {
  const names = SIMULATED_BUGS.map(({ name }) => name);

  it('names each of them once, and has some of every kind', () => {
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(SIMULATED_BUGS.map(({ kind }) => kind))).toEqual(new Set(BUG_KINDS));
  });

  it.each(SIMULATED_BUGS.map((bug) => [bug.name, bug] as const))('%s: fits', (_name, bug) => {
    const source = readFileSync(path.join(root, bug.file), 'utf8');
    const planted = plant(bug, source);
    expect(planted).not.toBe(source);
    // One that does not load is found by no seed.
    expect(parseSync(bug.file, planted).errors).toEqual([]);
  });

  it('has a record of no other bugs', () => {
    for (const name of readFindings().keys()) expect(names).toContain(name);
  });
});
