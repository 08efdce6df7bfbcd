import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { OperationalError } from '../../src/base/errors.ts';

/** Processes that this bench has started and that still run; all end with it. */
const running = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** The unit of processor times in /proc: USER_HZ, the same on all Linux platforms that Node runs on. */
const CLOCK_TICKS_PER_SECOND = 100;

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Starts a process whose standard output is kept; it ends when it is stopped, or with the bench. */
export function start(command: string, args: readonly string[], options: StartOptions = {}): RunningProcess {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return new RunningProcess(command, child);
}

/** Longer than any run takes on an idle machine; a bench that hangs says where. */
const RUN_MS_MAX = 600_000;

/** Runs a command to its end and answers what it printed. */
export async function output(
  command: string,
  args: readonly string[],
  options?: StartOptions,
): Promise<string> {
  const started = start(command, args, options);
  const timer = setTimeout(() => void started.stop('SIGKILL'), RUN_MS_MAX);
  const status = await started.ended;
  clearTimeout(timer);
  if (status !== 0) {
    throw new OperationalError('FAILED', `${command} ended with ${status}: ${started.errors.slice(-2_000)}`, {
      retriable: false,
    });
  }
  return started.text;
}

export class RunningProcess {
  readonly ended: Promise<number | string>;
  text = '';
  errors = '';
  readonly #command: string;
  readonly #child: ChildProcess;

  constructor(command: string, child: ChildProcess) {
    this.#command = command;
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (this.text += chunk));
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (this.errors += chunk));
    this.ended = once(child, 'close').then(([code, signal]) => (code as number | null) ?? String(signal));
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Resident memory in bytes, from the operating system. */
  residentBytes(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) * 1024;
  }

  /** Processor time since its start, in user and system mode together, of all its threads. */
  processorSeconds(): number {
    const stat = readFileSync(`/proc/${this.pid}/stat`, 'utf8');
    // The name of the command, in parentheses, may hold anything; utime and stime are the 14th and 15th field.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
  }

  /** Waits until the output matches; answers the match. */
  async waitFor(pattern: RegExp, timeoutMs = 60_000): Promise<RegExpExecArray> {
    const deadline = performance.now() + timeoutMs;
    let exit: number | string | undefined;
    void this.ended.then((status) => (exit = status));
    for (;;) {
      const match = pattern.exec(this.text);
      if (match !== null) return match;
      if (exit !== undefined || performance.now() > deadline) {
        const why =
          exit === undefined ? `said nothing like ${pattern} in ${timeoutMs} ms` : `ended with ${exit}`;
        throw new OperationalError('FAILED', `${this.#command} ${why}: ${this.errors.slice(-2_000)}`, {
          retriable: false,
        });
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#child.kill(signal);
    await this.ended;
  }
}
