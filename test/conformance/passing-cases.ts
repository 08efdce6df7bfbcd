import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';

/** Where the public cases lie that are no part of this project. */
export const shared = path.join(
  process.env['MILLRACE_SHARED'] ?? path.resolve(import.meta.dirname, '../../../shared'),
  'conformance',
);

interface CaseOutcome {
  readonly name: string;
  readonly passed: boolean;
  readonly problem?: string;
}

/** The words of a case are not ours: its line is its file, and a hash of its name. */
function lineOf(name: string): string {
  const [file = ''] = name.split(' - ');
  return `${file} ${createHash('sha1').update(name).digest('hex').slice(0, 12)}`;
}

function listed(list: string): { readonly file: string; readonly lines: ReadonlySet<string> } {
  const file = path.join(import.meta.dirname, 'passing', `${list}.txt`);
  return { file, lines: new Set(existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []) };
}

/** What differs from the list, in words. */
function differences(lines: ReadonlySet<string>, outcomes: readonly CaseOutcome[]): readonly string[] {
  return outcomes.flatMap(({ name, passed, problem = '' }) => {
    const isListed = lines.has(lineOf(name));
    if (isListed === passed) return [];
    return [passed ? `passes and is not entered: ${name}` : `fails now: ${name}\n  ${problem}`];
  });
}

/**
 * Holds the cases that pass to the list of this name, by name: one that begins to fail is named, and one that begins to
 * pass has to be entered. `npx vitest run test/conformance -u` writes the lists anew.
 */
export async function expectListed(list: string, outcomes: readonly CaseOutcome[]): Promise<void> {
  const { file, lines } = listed(list);
  const passing = outcomes.filter(({ passed }) => passed).map(({ name }) => lineOf(name));
  console.log(
    [`${list}: ${passing.length} of ${outcomes.length} pass`, ...differences(lines, outcomes)].join('\n'),
  );
  await expect(`${passing.toSorted().join('\n')}\n`).toMatchFileSnapshot(file);
}

/** Holds some of the cases to the list of all. */
export function expectListedAmong(list: string, outcomes: readonly CaseOutcome[]): void {
  expect(differences(listed(list).lines, outcomes)).toEqual([]);
}
