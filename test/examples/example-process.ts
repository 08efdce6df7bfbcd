import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import '../setup/built.ts';

export const root = path.resolve(import.meta.dirname, '../..');

/** A compiled program of this package in a process of its own, such as `examples/01-first-stream-app/app`. */
export class ExampleProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | string>;
  #waiting: (() => void) | undefined;
  text = '';
  errors = '';

  /** @param directory where it runs, and may leave files. */
  constructor(program: string, args: readonly string[], directory: string) {
    const file = path.join(root, 'dist', `${program}.js`);
    if (!existsSync(file)) throw new Error(`${file} is missing: npm run build`);
    // kafkajs asks for timeouts below zero, of which Node warns since 24.
    const flags = ['--disable-warning=TimeoutNegativeWarning'];
    this.#child = spawn(process.execPath, [...flags, file, ...args], { cwd: directory });
    this.#child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      this.text += chunk;
      this.#waiting?.();
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (this.errors += chunk));
    this.#ended = once(this.#child, 'close').then(([code, signal]) => {
      this.#waiting?.();
      return (code as number | null) ?? String(signal);
    });
  }

  /** What it prints until it ends by itself; what it writes to standard error makes this fail. */
  async output(): Promise<string> {
    const status = await this.#ended;
    if (status === 0 && this.errors === '') return this.text;
    throw new Error(`ended with ${status}: ${this.errors}`);
  }

  /** What it prints and says until it ends by itself with success. */
  async ended(): Promise<{ readonly text: string; readonly errors: string }> {
    const status = await this.#ended;
    if (status === 0) return { text: this.text, errors: this.errors };
    throw new Error(`ended with ${status}: ${this.errors}`);
  }

  /** Waits until what it has printed matches. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.text);
      if (match !== null) return match;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`ended without printing ${pattern}: ${this.text}${this.errors}`);
      }
      await new Promise<void>((resolve) => (this.#waiting = resolve));
    }
  }

  /** Ctrl-C. Answers the exit code, or the signal that it died of. */
  async interrupt(): Promise<number | string> {
    this.#child.kill('SIGINT');
    return this.#ended;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
