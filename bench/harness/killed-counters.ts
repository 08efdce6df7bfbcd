import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { RunningProcess } from './processes.ts';

/** After so many records a counting app says how many it has processed. */
export const SAID_EVERY = 100_000;
/** By then it has committed more than once. */
const COMMITTED_AFTER_MS = 3_000;
/** A state of millions of rows takes the slower one minutes. */
const PROCESSED_MS_MAX = 300_000;
/** Where nobody takes the place of a member that has died, its group waits for its session to end. */
const RESTART_MS_MAX = 180_000;

/**
 * Kills a counting app when it has processed its input and committed, starts it again with one more record to read, and answers how
 * long it takes until that is processed, in milliseconds from the start of the process.
 */
export async function restartAfterKill(
  start: (stateDir: string) => RunningProcess,
  input: { readonly records: number; readonly addRecord: () => Promise<void> },
): Promise<number> {
  const stateDir = mkdtempSync(path.join(tmpdir(), 'killed-state-'));
  try {
    const victim = start(stateDir);
    await victim.waitFor(new RegExp(`processed ${input.records - SAID_EVERY + 1}\\n`), PROCESSED_MS_MAX);
    await setTimeout(COMMITTED_AFTER_MS);
    await victim.stop('SIGKILL');
    await input.addRecord();
    const startMs = performance.now();
    const heir = start(stateDir);
    await heir.waitFor(/processed 1\n/, RESTART_MS_MAX);
    const tookMs = performance.now() - startMs;
    await heir.stop('SIGKILL');
    return tookMs;
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
}
