import { readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The temporary folder of a file of tests is called so, then the id of the process that runs it, then anything. */
export const RUN_FOLDER = 'millrace-tests-';

/** Removes the folders of test processes that were killed. */
export function removeLeftFolders(): void {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(RUN_FOLDER)) continue;
    const [pid = ''] = name.slice(RUN_FOLDER.length).split('-');
    if (!isRunning(Number(pid))) rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Called by vitest before the tests. */
export function setup(): void {
  removeLeftFolders();
}
