import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePorts } from '../../src/base/io/free-ports.ts';
import { OperationalError } from '../../src/base/errors.ts';
import { type RunningProcess, start } from './processes.ts';

/** Between two questions to a server that starts. */
const ASK_EVERY_MS = 5;
const START_MS_MAX = 120_000;

type Entity = Readonly<Record<string, unknown>>;

/** `millrace start`: broker and SQL server in one process, on a data folder that stays between starts. */
export class SqlProcess {
  readonly beganMs: number;
  /** `host:port` of its broker. */
  readonly bootstrap: string;
  /** Of its HTTP listener. */
  readonly port: number;
  readonly #url: string;
  readonly #process: RunningProcess;

  private constructor(
    process: RunningProcess,
    at: { readonly beganMs: number; readonly bootstrap: string; readonly port: number },
  ) {
    this.#process = process;
    this.beganMs = at.beganMs;
    this.bootstrap = at.bootstrap;
    this.port = at.port;
    this.#url = `http://127.0.0.1:${at.port}`;
  }

  /** @param settings of the broker and the server, `name=value`. */
  static async start(data: string, settings: readonly string[] = []): Promise<SqlProcess> {
    const [kafkaPort = 0, httpPort = 0] = await freePorts(2);
    const main = path.resolve(import.meta.dirname, '..', '..', 'cli', 'main.js');
    const folder = process.env['PROFILE'];
    const profile = folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
    const beganMs = performance.now();
    const ports = ['--kafka-port', String(kafkaPort), '--http-port', String(httpPort)];
    const set = settings.flatMap((setting) => ['-s', setting]);
    const child = start(process.execPath, [...profile, main, 'start', '--data', data, ...ports, ...set]);
    return new SqlProcess(child, { beganMs, bootstrap: `127.0.0.1:${kafkaPort}`, port: httpPort });
  }

  /** What it takes of the machine, by the operating system. */
  get usage(): Pick<RunningProcess, 'pid' | 'residentBytes' | 'processorSeconds'> {
    return this.#process;
  }

  /** Runs statements that must go well. */
  async run(sql: string): Promise<readonly Entity[]> {
    const entities = await this.#attempt(sql);
    if (entities === undefined) throw failed(`refused: ${sql.slice(0, 200)}`);
    return entities;
  }

  /** Milliseconds from the start of the process until a statement is answered. */
  msUntilAnswered(sql: string): Promise<number> {
    return this.#msUntil(async () => (await this.#attempt(sql)) !== undefined);
  }

  /** Milliseconds from the start of the process until all queries have started; asked in a way that costs it nothing. */
  async msUntilStarted(queries: number): Promise<number> {
    const tookMs = await this.#msUntil(async () => {
      const response = await fetch(`${this.#url}/healthcheck`);
      const { startProgress, serverState } = (await response.json()) as Entity;
      return serverState === 'READY' && startProgress === undefined;
    });
    const [entity] = await this.run('SHOW QUERIES;');
    const states = ((entity?.['queries'] ?? []) as readonly { readonly state: string }[]).map(
      ({ state }) => state,
    );
    const running = states.filter((state) => state === 'RUNNING').length;
    if (running !== queries) throw failed(`${running} of ${queries} queries run: ${states.join(' ')}`);
    return tookMs;
  }

  async stop(): Promise<void> {
    await this.#process.stop('SIGTERM');
  }

  async #msUntil(isThere: () => Promise<boolean>): Promise<number> {
    for (;;) {
      const hasCome = await isThere().catch(() => false);
      const tookMs = performance.now() - this.beganMs;
      if (hasCome) return tookMs;
      if (tookMs > START_MS_MAX) throw failed(`it did not come about within ${START_MS_MAX} ms`);
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  }

  async #attempt(ksql: string): Promise<readonly Entity[] | undefined> {
    const response = await fetch(`${this.#url}/ksql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ksql, streamsProperties: { 'auto.offset.reset': 'earliest' } }),
    });
    const text = await response.text();
    return response.ok ? (JSON.parse(text) as readonly Entity[]) : undefined;
  }
}

/** A data folder, and how it is removed. */
export function dataFolder(): { readonly data: string; remove(): void } {
  const data = mkdtempSync(path.join(tmpdir(), 'millrace-bench-'));
  return { data, remove: () => rmSync(data, { recursive: true, force: true }) };
}

function failed(message: string): OperationalError {
  return new OperationalError('FAILED', message, { retriable: false });
}
