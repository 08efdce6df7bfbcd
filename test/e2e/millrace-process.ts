import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import '../setup/built.ts';

/** The built command, as users run it; `npm test` builds it first. */
const main = path.resolve(import.meta.dirname, '../../dist/cli/main.js');

export interface Facts {
  /** Of the SQL server; absent where there is none. */
  readonly http?: string;
  readonly kafka: string;
  readonly data: string;
  readonly brokers?: readonly string[];
  readonly pids?: readonly number[];
}

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Standard output and standard error, as they came. */
  readonly text: string;
}

/** A `millrace` command in a process of its own. */
export class MillraceProcess {
  readonly ended: Promise<Outcome>;
  readonly #child: ChildProcess;
  #text = '';

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const child = spawn(process.execPath, [main, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    this.#child = child;
    // A command that has ended does not read its input any more.
    child.stdin?.on('error', () => {});
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => (this.#text += chunk));
    }
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal, text: this.#text }));
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** What it has printed so far. */
  get text(): string {
    return this.#text;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The object that `--json` prints when all is ready. */
  async facts(): Promise<Facts> {
    // What it logs meanwhile is JSON as well.
    const line = await this.waitFor(/^\{"(?:kafka|brokers)".*\}$/m);
    return JSON.parse(line) as Facts;
  }

  /** Waits until it has printed something; answers what matched. */
  async waitFor(pattern: RegExp): Promise<string> {
    for (;;) {
      const match = pattern.exec(this.#text);
      if (match !== null) return match[0];
      if (!this.isRunning) {
        const { code, signal, text } = await this.ended;
        throw new Error(`millrace ended with ${code ?? signal} before it said ${pattern}:\n${text}`);
      }
      await sleep(10);
    }
  }

  write(input: string): void {
    this.#child.stdin?.write(input);
  }

  endInput(): void {
    this.#child.stdin?.end();
  }

  /** Sends a signal and waits for the end. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Outcome> {
    if (this.isRunning) this.#child.kill(signal);
    return this.ended;
  }
}

/** The processes and folders of one test; all are gone when it has ended. */
export class Millrace {
  readonly #processes = new Set<MillraceProcess>();
  readonly #folders: string[] = [];

  /** A new empty folder. */
  folder(): string {
    const folder = mkdtempSync(path.join(tmpdir(), 'millrace-e2e-'));
    this.#folders.push(folder);
    return folder;
  }

  spawn(args: readonly string[], env: Readonly<Record<string, string>> = {}): MillraceProcess {
    const started = new MillraceProcess(args, env);
    this.#processes.add(started);
    return started;
  }

  /** Runs a command to its end, with `input` on its standard input. */
  run(args: readonly string[], input = ''): Promise<Outcome> {
    const command = this.spawn(args);
    command.write(input);
    command.endInput();
    return command.ended;
  }

  /** A broker without SQL on a free port, ready for clients. */
  async startBroker(args: readonly string[] = []): Promise<{ process: MillraceProcess; facts: Facts }> {
    const port = args.includes('--kafka-port') ? [] : ['--kafka-port', '0'];
    const data = args.includes('--data') ? [] : ['--data', path.join(this.folder(), 'data')];
    const process = this.spawn(['start', '--no-sql', '--json', ...port, ...data, ...args]);
    return { process, facts: await process.facts() };
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#processes].map((each) => each.stop('SIGKILL')));
    this.#processes.clear();
  }

  async close(): Promise<void> {
    await this.stopAll();
    for (const folder of this.#folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  }
}

/** Takes a port as another program would. */
export function occupy(port: number): Promise<net.Server> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

export function portOf(server: net.Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export const sleep = (delayMs: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, delayMs));
