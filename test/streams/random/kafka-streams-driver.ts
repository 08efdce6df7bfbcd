import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { digestOf } from '../../../bench/harness/digest.ts';
import { type Case, printCase } from './program.ts';
import type { Answers } from './test-driver-answers.ts';

const folder = import.meta.dirname;
const pom = path.join(folder, 'pom.xml');
const source = path.join(folder, 'RandomPrograms.java');
const cache = path.resolve(folder, '../../../node_modules/.cache/random-programs');

/** What Maven has fetched and javac compiled, each once for what their sources say. */
function classPath(): string {
  const packages = path.join(cache, `lib-${digestOf([pom])}`);
  if (!existsSync(packages)) made(packages, (draft) => mvn(draft));
  const classes = path.join(cache, `classes-${digestOf([pom, source])}`);
  if (!existsSync(classes))
    made(classes, (draft) => run('javac', ['-nowarn', '-cp', path.join(packages, '*'), '-d', draft, source]));
  return [classes, path.join(packages, '*')].join(path.delimiter);
}

function mvn(target: string): void {
  run('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${target}`]);
}

function made(target: string, make: (draft: string) => void): void {
  const draft = `${target}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  make(draft);
  renameSync(draft, target);
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
}

/** Kafka Streams' own test driver, in a process that answers case by case. */
export class KafkaStreamsDriver {
  readonly #process: ChildProcess;
  readonly #state = mkdtempSync(path.join(tmpdir(), 'random-programs-'));
  readonly #waiting: ((line: string) => void)[] = [];
  #ended: Error | undefined;

  constructor() {
    const args = ['-Xmx512m', '-XX:TieredStopAtLevel=1', '-cp', classPath(), 'RandomPrograms', this.#state];
    this.#process = spawn('java', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const { stdout } = this.#process;
    if (stdout === null) throw new Error('java has no output');
    createInterface({ input: stdout }).on('line', (line) => this.#waiting.shift()?.(line));
    this.#process.on('exit', (code) => {
      this.#ended = new Error(`java has ended with ${code}`);
      for (const answer of this.#waiting.splice(0)) answer('?java has ended');
    });
  }

  async answers(given: Case): Promise<Answers> {
    if (this.#ended !== undefined) throw this.#ended;
    const line = await new Promise<string>((resolve) => {
      this.#waiting.push(resolve);
      this.#process.stdin?.write(`${printCase(given)}\n`);
    });
    if (line.startsWith('?')) throw new Error(line);
    if (line.startsWith('!')) return { refused: line.slice(1) };
    return { steps: given.records.length === 0 ? [] : line.split('\t') };
  }

  async close(): Promise<void> {
    this.#process.stdin?.end();
    if (this.#ended === undefined) await new Promise((resolve) => this.#process.once('exit', resolve));
    rmSync(this.#state, { recursive: true, force: true });
  }
}
