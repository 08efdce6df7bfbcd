import { type ChildProcess, execFileSync, spawn } from 'node:child_process';

export function isInstalled(command: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a command to its end, with `input` on its standard input. The event loop, and a broker in it, goes on. */
export function run(command: string, args: readonly string[], input = ''): Promise<Outcome> {
  return outcomeOf(spawn(command, args), input);
}

function outcomeOf(child: ChildProcess, input: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString() }));
    child.stdin?.end(input);
  });
}
