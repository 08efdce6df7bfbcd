import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type RunningProcess, start as startProcess } from '../../bench/harness/processes.ts';
import { rivalClassPath } from '../../bench/harness/maven.ts';
import { Admin, Producer } from '../../src/client/index.ts';
import { TestBrokers } from '../broker/running-broker.ts';
import { whyNoKafka } from './apache-kafka.ts';
import { CommittedReader } from './committed-reader.ts';
import { KilledBrokers } from './killed-brokers.ts';

/** The long run: `STREAMS_RECORDS=200000 STREAMS_KILLS=40`. */
const RECORDS = Number(process.env['STREAMS_RECORDS'] ?? 10_000);
const KILLS = Number(process.env['STREAMS_KILLS'] ?? 8);
const PARTITIONS = 3;
const KEYS = 50;
const INPUT = 'data';
const OUTPUTS = ['echo', 'cnt', 'sum', 'min', 'max', 'tagged'] as const;

type Output = (typeof OUTPUTS)[number];
/** Results of one topic by key, in the order in which they are told. */
type Results = Record<string, number[]>;

const sleep = (delayMs: number) => new Promise<void>((resolve) => setTimeout(resolve, delayMs));
const keyOf = (i: number): string => `key-${i % KEYS}`;
const numberOf = (i: number): number => (i * 7919) % 1_009;

function tell(results: Results, key: string, next: (last: number | undefined) => number): void {
  const told = (results[key] ??= []);
  told.push(next(told.at(-1)));
}

/** What `java/ExactlyOnce.java` has to tell of so many records. */
function expectedResults(): Record<Output, Results> {
  const expected = emptyResults();
  for (let i = 0; i < RECORDS; i++) {
    const [key, number] = [keyOf(i), numberOf(i)];
    tell(expected.echo, key, () => number);
    tell(expected.cnt, key, (last = 0) => last + 1);
    tell(expected.sum, key, (last = 0) => last + number);
    tell(expected.min, key, (last = number) => Math.min(last, number));
    tell(expected.max, key, (last = number) => Math.max(last, number));
    tell(expected.tagged, String(number % 10), (last = 0) => last + 1);
  }
  return expected;
}

function emptyResults(): Record<Output, Results> {
  return { echo: {}, cnt: {}, sum: {}, min: {}, max: {}, tagged: {} };
}

/** Kafka Streams under exactly-once, whose processes and brokers are killed: each result is told once. */
describe.skipIf(whyNoKafka !== undefined)('an application of Kafka Streams under exactly_once_v2', () => {
  const brokers = new TestBrokers();
  const folder = mkdtempSync(path.join(tmpdir(), 'millrace-streams-kills-'));
  const clusters: KilledBrokers[] = [];
  const apps = new Map<string, RunningProcess>();

  afterEach(async () => {
    await Promise.all([...apps.values()].map((app) => app.stop('SIGKILL')));
    apps.clear();
  });

  afterAll(async () => {
    await Promise.all(clusters.map((each) => each.close()));
    await brokers.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function startApp(bootstrap: string, applicationId: string, member: string): void {
    const program = path.join(import.meta.dirname, 'java', 'ExactlyOnce.java');
    const heap = ['-Xmx192m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
    const state = path.join(folder, applicationId, member);
    const args = [...heap, '-cp', rivalClassPath('kafka'), program, bootstrap, applicationId, state];
    apps.set(member, startProcess('java', args));
  }

  async function results(size: 1 | 3): Promise<Record<Output, Results>> {
    const cluster = await KilledBrokers.start(brokers, size, {
      'transaction.abort.timed.out.transaction.cleanup.interval.ms': 1_000,
    });
    clusters.push(cluster);
    const { bootstrap } = cluster;
    const admin = new Admin({ bootstrapServers: bootstrap });
    const topics = [INPUT, ...OUTPUTS];
    await admin.createTopics(
      topics.map((name) => ({ name, partitions: PARTITIONS, replicationFactor: size })),
    );
    await admin.close();
    const places = OUTPUTS.flatMap((topic) =>
      Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition })),
    );
    const reader = new CommittedReader(bootstrap, places);
    const application = `killed-${size}`;
    for (const member of ['a', 'b']) startApp(bootstrap, application, member);
    const producer = new Producer({ bootstrapServers: bootstrap, idempotent: true, acks: 'all' });
    let written = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const until = Math.floor(((kill + 1) * RECORDS) / KILLS);
      for (; written < until; written++) {
        producer.send({ topic: INPUT, key: keyOf(written), value: String(numberOf(written)) });
      }
      await producer.flush();
      // A while that differs from kill to kill, and is the same in each run.
      await sleep(1_000 + 500 * ((7 * kill + 3) % 11));
      if (kill % 2 === 0) {
        const member = kill % 4 === 0 ? 'a' : 'b';
        await apps.get(member)?.stop('SIGKILL');
        startApp(bootstrap, application, member);
      } else await cluster.bounce(((kill - 1) / 2) % size);
    }
    await producer.close();
    for (const topic of OUTPUTS) {
      await expect
        .poll(() => reader.count(topic), { timeout: 180_000, message: `results in ${topic}` })
        .toBeGreaterThanOrEqual(RECORDS);
    }
    await reader.stop();
    const read = emptyResults();
    for (const place of places) {
      for (const { key, value } of reader.records(place)) tell(read[place.topic], key, () => Number(value));
    }
    return read;
  }

  it(`tells each result once through ${KILLS} kills of its processes and the only broker`, async () => {
    expect(await results(1)).toEqual(expectedResults());
  });

  it(`tells each result once through ${KILLS} kills of its processes and the brokers of three`, async () => {
    expect(await results(3)).toEqual(expectedResults());
  });
});
