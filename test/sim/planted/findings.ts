import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** By which seed a bug was found. */
export interface Finding {
  readonly seed: number;
  /** What noticed it: the name of a checker, `error` for a failed assertion or a broker that fell, `hang`. */
  readonly checker: string;
}

const FILE = path.join(path.dirname(fileURLToPath(import.meta.url)), 'found.json');

/** The findings on record, by the name of the bug. A change of the simulation moves them: they are searched for anew then. */
export function readFindings(): ReadonlyMap<string, Finding> {
  return new Map(Object.entries(JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, Finding>));
}

/** @param names of all bugs, in the order of the table: what is not one of them any more goes. */
export function writeFindings(findings: ReadonlyMap<string, Finding>, names: readonly string[]): void {
  const kept = names.flatMap((name) => {
    const finding = findings.get(name);
    return finding === undefined ? [] : ([[name, finding]] as const);
  });
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`);
}

/** The checker that a failure of a seed names: each line of a violation begins with one and a colon. */
export function checkerOf(failure: string): string {
  const [, checker] = /^([a-z][a-z0-9]*(?:-[a-z0-9]+)*): /.exec(failure) ?? [];
  return checker ?? 'error';
}
