import { eventually, post } from '../../server/platform.ts';
import { sleep } from '../millrace-process.ts';
import { CountedKeys } from './counted-keys.ts';
import { countAt, KeyReaders, type Outage } from './key-readers.ts';
import { ServiceProcesses } from './service-processes.ts';

interface KillRunOptions {
  readonly servers: number;
  readonly kills: number;
  readonly keys: number;
  readonly partitions: number;
  /** How long a killed server stays away, and how long all run before the next one is killed. */
  readonly awayMs: number;
  readonly betweenMs: number;
  readonly settings?: readonly string[];
  /** Answers may be older than those before them: standby tasks give them. */
  readonly mayGoBack?: boolean;
  /** Each kill lasts until every key has been answered without the server that was killed. */
  readonly untilAnswered?: boolean;
}

/** What a run has shown. */
export interface KillRunResult {
  readonly answers: number;
  /** Answers that cannot be right. */
  readonly wrong: readonly string[];
  /** Keys whose count is not what was written, when all is over, by server. */
  readonly lost: readonly string[];
  readonly outages: readonly Outage[];
  readonly errors: ReadonlyMap<string, number>;
}

/** Servers of one service are killed, one after the other, while a query counts and each key is asked for. */
export async function killRun(options: KillRunOptions): Promise<KillRunResult> {
  const service = new ServiceProcesses(options.settings);
  try {
    await service.start(options.servers);
    await createCounts(service.alive[0] ?? '', options.partitions);
    return await killWhileAsked(service, options);
  } finally {
    await service.close();
  }
}

async function createCounts(url: string, partitions: number): Promise<void> {
  const ksql =
    `CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=${partitions});` +
    'CREATE TABLE counts AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;';
  const { status, body } = await post(`${url}/ksql`, { ksql });
  if (status !== 200) throw new Error(JSON.stringify(body));
}

async function killWhileAsked(service: ServiceProcesses, options: KillRunOptions): Promise<KillRunResult> {
  const written = new CountedKeys({ bootstrap: service.bootstrap, topic: 's', count: options.keys });
  const readers = new KeyReaders({
    keys: written.keys,
    alive: () => service.alive,
    sentMax: (key) => written.sent(key),
    mayGoBack: options.mayGoBack ?? false,
  });
  written.start(100);
  await eventually(async () => (await isCountedEverywhere(service, written.keys)) || undefined);
  readers.start();
  for (let kill = 0; kill < options.kills; kill++) {
    await sleep(options.betweenMs);
    await service.kill(kill);
    await sleep(options.awayMs);
    if (options.untilAnswered === true) {
      await eventually(async () => (await isCountedEverywhere(service, written.keys)) || undefined);
    }
    await service.restart();
  }
  await sleep(options.betweenMs);
  await written.stop();
  const lost = await lostCounts(service, written);
  await readers.stop();
  const { answers, wrong, outages, errors } = readers;
  return { answers, wrong, lost, outages, errors };
}

async function isCountedEverywhere(service: ServiceProcesses, keys: readonly string[]): Promise<boolean> {
  for (const url of service.alive) {
    for (const key of keys) {
      const count = await countAt(url, key);
      if (typeof count === 'string' || count === 0) return false;
    }
  }
  return true;
}

/** Waits until each server has all counts; those that never come are named. */
async function lostCounts(service: ServiceProcesses, written: CountedKeys): Promise<readonly string[]> {
  let lost: string[] = [];
  await eventually(async () => {
    lost = [];
    for (const url of service.alive) {
      for (const key of written.keys) {
        const count = await countAt(url, key);
        if (count !== written.sent(key)) lost.push(`${key} at ${url}: ${count} of ${written.sent(key)}`);
      }
    }
    return lost.length === 0 ? true : undefined;
  }).catch(() => undefined);
  return lost;
}
