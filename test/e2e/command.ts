import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import '../setup/built.ts';
import { PATIENCE_MS } from '../setup/patience.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
export const main = path.join(root, 'dist', 'cli', 'main.js');

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `millrace ARGS` to its end, with `input` on its standard input. */
export async function millrace(
  args: readonly string[],
  input = '',
  env: NodeJS.ProcessEnv = quietEnvironment(),
): Promise<Outcome> {
  const child = spawn(process.execPath, [main, ...args], { stdio: 'pipe', env });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  // A command that ends without reading its input closes the pipe under us.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stdout, stderr };
}

/** A `millrace` process that stays until it is stopped. */
export class RunningCommand {
  readonly child: ChildProcess;
  output = '';
  #exit: { readonly status: number | null } | undefined;

  constructor(args: readonly string[], command: readonly string[] = [process.execPath, main]) {
    const [program = '', ...lead] = command;
    this.child = spawn(program, [...lead, ...args], { stdio: 'pipe', env: quietEnvironment() });
    const collect = (chunk: Buffer): void => void (this.output += chunk.toString());
    this.child.stdout?.on('data', collect);
    this.child.stderr?.on('data', collect);
    this.child.once('close', (status) => (this.#exit = { status }));
  }

  /** Waits until the output matches. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const match = pattern.exec(this.output);
      if (match !== null) return match;
      if (this.#exit !== undefined) throw new Error(`it ended with ${this.#exit.status}:\n${this.output}`);
      if (performance.now() > deadline) throw new Error(`it never said ${pattern}:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  type(text: string): void {
    this.child.stdin?.write(text);
  }

  /** Sends a signal and waits for the end; answers the exit status. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    this.child.kill(signal);
    return this.ended();
  }

  async ended(): Promise<number | null> {
    if (this.#exit === undefined) await once(this.child, 'close');
    return this.#exit?.status ?? null;
  }
}

/** The command line of `millrace ARGS` on a terminal of its own, through util-linux' `script`; says its process first. */
export function onTerminal(args: readonly string[]): readonly string[] {
  const quoted = [process.execPath, main, ...args].map((arg) => `'${arg.replaceAll("'", `'\\''`)}'`);
  return ['script', '-qfec', `stty rows 40 cols 100; echo pid $$; exec ${quoted.join(' ')}`, '/dev/null'];
}

function quietEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, NO_COLOR: '1', TERM: 'xterm', PAGER: "sed 's/^/paged: /'" };
}
