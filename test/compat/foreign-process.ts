import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(fileURLToPath(import.meta.url), '../../..');
const shared = process.env['MILLRACE_SHARED'] ?? path.resolve(root, '../shared');

/** The script that starts Apache Kafka's own tools, where there is one. */
export const kafkaPeer = path.join(shared, 'peers/kafka');
export const hasKafkaPeer = existsSync(kafkaPeer) && isInstalled('java') && isInstalled('mvn');

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

/** Runs one class of Kafka's command-line tools. */
export function runKafkaTool(className: string, args: readonly string[], input = ''): Promise<Outcome> {
  return run(kafkaPeer, ['tool', `org.apache.kafka.tools.${className}`, ...args], input);
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
