import fs from 'node:fs';
import path from 'node:path';
import type { DiskLock } from '../environment.ts';
import { OperationalError } from '../errors.ts';

/** How long a process that was killed may take to be gone. */
const DYING_MS_MAX = 5_000;
const DYING_POLL_MS = 20;
/** Of the kernel's `include/linux/sched.h`. */
const PF_EXITING = 0x4;
const SIGKILL_BIT = 1 << 8;

/** Locks that this process holds: its own id in a file says nothing, a predecessor may have had it too. */
const held = new Set<string>();

/** When this process began; empty where the system does not tell. A server takes a lock for each of its queries. */
let ownBeginning: string | undefined;

/**
 * A lock file that names its holder: process id and, where the system tells it, when the process began. Node has no
 * flock, so a lock whose holder is gone is taken over. The beginning tells a holder from a later process of the same
 * id; in a container that is restarted after a crash all processes have the ids of their predecessors.
 */
export class NodeLock implements DiskLock {
  readonly #file: string;

  /** @throws {OperationalError} `LOCKED`. */
  constructor(file: string) {
    this.#file = path.resolve(file);
    // Linked into place with its content: nobody ever reads a lock that does not say yet whose it is.
    const aside = `${this.#file}.${process.pid}`;
    ownBeginning ??= beginningOf(process.pid) ?? '';
    fs.writeFileSync(aside, `${process.pid}\n${ownBeginning}\n`);
    try {
      while (!tryLink(aside, this.#file)) this.#removeStale();
    } finally {
      fs.rmSync(aside, { force: true });
    }
    held.add(this.#file);
  }

  release(): void {
    if (held.delete(this.#file)) fs.rmSync(this.#file, { force: true });
  }

  /** @throws {OperationalError} `LOCKED` when the lock is not stale. */
  #removeStale(): void {
    const content = contentOf(this.#file);
    if (content === undefined) return;
    refuseLiveHolder(this.#file, content);
    // Two processes may find the same stale lock. Each moves away what it finds and looks at it again, so that the slower
    // one sees that it has got the new lock of the faster one, and gives it back.
    const moved = `${this.#file}.${process.pid}.stale`;
    try {
      fs.renameSync(this.#file, moved);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    if (contentOf(moved) !== content) tryLink(moved, this.#file);
    fs.rmSync(moved, { force: true });
  }
}

/** Creates `to` with the content of `from`; answers false where it exists. */
function tryLink(from: string, to: string): boolean {
  try {
    fs.linkSync(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    // Some file systems know no links: a copy that does not overwrite comes closest.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS') return tryCopy(from, to);
    throw error;
  }
}

function tryCopy(from: string, to: string): boolean {
  try {
    fs.copyFileSync(from, to, fs.constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function contentOf(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function refuseLiveHolder(file: string, content: string): void {
  const [id = '', beginning = ''] = content.split('\n');
  const pid = Number(id);
  if (!Number.isInteger(pid) || pid <= 0 || !isRunning(pid)) return;
  if (pid === process.pid && !held.has(file)) return;
  const now = beginningOf(pid);
  if (beginning !== '' && now !== undefined && now !== beginning) return;
  if (pid !== process.pid && endsSoon(pid)) return;
  throw locked(file, pid);
}

/**
 * Waits for a process that was killed and is being taken down, which takes a while where it had much memory: who starts
 * the next one at once should not be told that the folder is in use.
 */
function endsSoon(pid: number): boolean {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; waited < DYING_MS_MAX; waited += DYING_POLL_MS) {
    if (!isRunning(pid)) return true;
    if (!isDying(pid)) return false;
    Atomics.wait(pause, 0, 0, DYING_POLL_MS);
  }
  return !isRunning(pid);
}

function locked(file: string, pid: number): OperationalError {
  return new OperationalError(
    'LOCKED',
    `${path.dirname(file)} is in use by process ${pid}; stop that process or choose another data folder`,
    { retriable: false },
  );
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  // A process that ended stays in the table until its parent asks; in a container the first process often never does.
  const state = statOf(pid)?.state;
  return state !== 'Z' && state !== 'X';
}

/** Whether a process has begun to end, or cannot but end: it runs no more code of its own. Only Linux says so. */
function isDying(pid: number): boolean {
  const stat = statOf(pid);
  return stat !== undefined && ((stat.flags & PF_EXITING) !== 0 || (stat.pendingSignals & SIGKILL_BIT) !== 0);
}

/** What tells a process from all others that have or had its id since the machine was made; only Linux says it. */
function beginningOf(pid: number): string | undefined {
  const stat = statOf(pid);
  if (stat === undefined) return undefined;
  try {
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${stat.startTicks}`;
  } catch {
    return undefined;
  }
}

/** Of `/proc/PID/stat` (proc(5)); undefined where there is none. */
function statOf(pid: number):
  | {
      readonly state: string;
      readonly flags: number;
      /** Since boot. */
      readonly startTicks: string;
      readonly pendingSignals: number;
    }
  | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Fields are counted from the name's closing parenthesis (field 2): the name may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      state: fields[0] ?? '',
      flags: Number(fields[6]),
      startTicks: fields[19] ?? '',
      pendingSignals: Number(fields[28]),
    };
  } catch {
    return undefined;
  }
}
