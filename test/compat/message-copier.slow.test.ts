import { afterAll, describe, expect, it } from 'vitest';
import { Admin, Producer } from '../../src/client/index.ts';
import { TestBrokers } from '../broker/running-broker.ts';
import { whyNoKafka } from './apache-kafka.ts';
import { CommittedReader } from './committed-reader.ts';
import { KilledBrokers } from './killed-brokers.ts';
import { type CopierOptions, MessageCopier } from './message-copier.ts';

/** The long run: `COPIER_RECORDS=100000 COPIER_ALIVE_MS=8000`. */
const RECORDS = Number(process.env['COPIER_RECORDS'] ?? 4_000);
/** How long all is well between two kills, at most. */
const ALIVE_MS = Number(process.env['COPIER_ALIVE_MS'] ?? 3_000);
const PARTITIONS = 2;
const INPUT = 'copied';
const OUTPUT = 'copies';
/** Every so many kills it is a copier that dies, and else a broker. */
const COPIER_DIES_EVERY = 4;

const sleep = (delayMs: number) => new Promise<void>((resolve) => setTimeout(resolve, delayMs));

async function prepare(bootstrap: string, replicationFactor: number): Promise<void> {
  const admin = new Admin({ bootstrapServers: bootstrap });
  const topics = [INPUT, OUTPUT].map((name) => ({ name, partitions: PARTITIONS, replicationFactor }));
  await admin.createTopics(topics);
  await admin.close();
  const producer = new Producer({ bootstrapServers: bootstrap, idempotent: true, acks: 'all' });
  const failures: string[] = [];
  for (let i = 0; i < RECORDS; i++) {
    producer.send({ topic: INPUT, partition: i % PARTITIONS, value: String(i) }, (error) => {
      if (error !== null) failures.push(error.message);
    });
    if (i % 1_000 === 0) await producer.ready();
  }
  await producer.flush();
  await producer.close();
  expect(failures).toEqual([]);
}

/** A copier that is started again until its group has copied all. */
class LastingCopier {
  /** How it ended where nobody had killed it. */
  readonly faults: string[] = [];
  readonly #options: CopierOptions;
  readonly #isDone: () => Promise<boolean>;
  readonly finished: Promise<void>;
  #copier: MessageCopier | undefined;

  constructor(options: CopierOptions, isDone: () => Promise<boolean>) {
    this.#options = options;
    this.#isDone = isDone;
    this.finished = this.#run();
  }

  async #run(): Promise<void> {
    do {
      this.#copier = new MessageCopier(this.#options);
      const { code } = await this.#copier.ended;
      if (code !== null && code !== 0) this.faults.push(this.#copier.lastWords);
    } while (!(await this.#isDone()));
    this.#copier = undefined;
  }

  kill(): void {
    this.#copier?.kill();
  }
}

/** Kafka's own copier between two topics of ours, while brokers and copiers are killed: the copy is the original. */
const LIMITS = { timeout: 600_000 + 20 * RECORDS };

describe.skipIf(whyNoKafka !== undefined)('the TransactionalMessageCopier of Apache Kafka', () => {
  const brokers = new TestBrokers();
  const started: KilledBrokers[] = [];

  afterAll(async () => {
    await Promise.all(started.map((each) => each.close()));
    await brokers.close();
  });

  async function start(size: 1 | 3): Promise<KilledBrokers> {
    const cluster = await KilledBrokers.start(brokers, size);
    started.push(cluster);
    return cluster;
  }

  /** Copies all while a process dies every now and then. */
  async function copy(cluster: KilledBrokers, { isGroup }: { readonly isGroup: boolean }): Promise<void> {
    const { bootstrap, size } = cluster;
    await prepare(bootstrap, size);
    const places = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: OUTPUT, partition }));
    const reader = new CommittedReader(bootstrap, places);
    const admin = new Admin({ bootstrapServers: bootstrap });
    const groupOf = (i: number) => (isGroup ? 'copiers' : `copiers-${i}`);
    const copiers = Array.from({ length: PARTITIONS }, (_, i) => {
      const options = {
        ...{ bootstrap, input: INPUT, output: OUTPUT, groupId: groupOf(i), transactionalId: `copier-${i}` },
        ...(isGroup ? {} : { partition: i }),
        transactionSize: Math.max(100, RECORDS / 400),
      };
      return new LastingCopier(options, async () => {
        const offsets = await admin.listConsumerGroupOffsets(groupOf(i));
        const copied = offsets.reduce((sum, { offset }) => sum + offset, 0);
        return copied === (isGroup ? RECORDS : RECORDS / PARTITIONS);
      });
    });
    let isFinished = false;
    const finished = Promise.all(copiers.map((each) => each.finished)).then(() => (isFinished = true));
    let kills = 0;
    while (!isFinished) {
      const before = reader.count(OUTPUT);
      // A while that differs from kill to kill, and is the same in each run.
      await Promise.race([finished, sleep((ALIVE_MS * (1 + ((7 * kills) % 5) / 5)) / 2)]);
      // A machine with much to do may take longer than that for one transaction.
      while (!isFinished && reader.count(OUTPUT) === before) await sleep(50);
      if (isFinished) break;
      kills++;
      if (kills % COPIER_DIES_EVERY === 0) copiers[(kills / COPIER_DIES_EVERY) % PARTITIONS]?.kill();
      else await cluster.bounce(kills % size);
    }
    await expect.poll(() => reader.count(OUTPUT), { timeout: 60_000 }).toBeGreaterThanOrEqual(RECORDS);
    await admin.close();
    // What is there once more comes while the reader stops.
    await reader.stop();
    console.log(`${RECORDS} records copied over ${size} brokers through ${kills} kills`);
    const differences = places.map((place) =>
      firstDifference(
        reader.records(place).map(({ value }) => value),
        Array.from({ length: RECORDS / PARTITIONS }, (_, i) => String(place.partition + i * PARTITIONS)),
      ),
    );
    expect(differences).toEqual(places.map(() => undefined));
    expect(copiers.flatMap(({ faults }) => faults)).toEqual([]);
    expect(kills).toBeGreaterThan(0);
  }

  it('copies each record once where the only broker dies again and again', LIMITS, async () =>
    copy(await start(1), { isGroup: false }),
  );

  it('copies each record once, as a group, where the brokers of three die in turn', LIMITS, async () =>
    copy(await start(3), { isGroup: true }),
  );
});

/** Where a partition is not what it should be, with what is around it. */
function firstDifference(values: readonly string[], expected: readonly string[]): string | undefined {
  const length = Math.max(values.length, expected.length);
  const at = Array.from({ length }).findIndex((_, i) => values[i] !== expected[i]);
  if (at < 0) return undefined;
  const around = (all: readonly string[]) => all.slice(Math.max(0, at - 2), at + 3).join(' ');
  return `at ${at} of ${values.length}: ${around(values)}, and not ${around(expected)}`;
}
