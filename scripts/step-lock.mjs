// One process at a time does a step for all: installs, builds.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A lock whose holder cannot be asked for (it has not written its id yet) counts for so long. */
const NAMELESS_MS_MAX = 10_000;

/** Answers whether this process holds the lock from now on. One that a killed process has left does not count. */
export function takeLock(folder) {
  mkdirSync(path.dirname(folder), { recursive: true });
  try {
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'pid'), String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (!isHeld(folder)) releaseLock(folder);
  return false;
}

export function releaseLock(folder) {
  rmSync(folder, { recursive: true, force: true });
}

function isHeld(folder) {
  const pid = holderOf(folder);
  if (pid === undefined) {
    const since = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    return Date.now() - since <= NAMELESS_MS_MAX;
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function holderOf(folder) {
  try {
    const pid = Number(readFileSync(path.join(folder, 'pid'), 'utf8'));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
