import fs from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Broker } from '../../broker/broker.ts';
import type { Disk, Environment } from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { type Logger, silentLogger } from '../../src/base/logger.ts';
import { Admin, Consumer, Producer } from '../../src/client/index.ts';
import { PATIENCE_MS } from '../setup/patience.ts';
import { diskThatFills } from './disk-that-fills.ts';
import { TestBrokers } from './running-broker.ts';

const TOPIC = 'table';
const PARTITION = { topic: TOPIC, partition: 0 };
const KEYS = 10;

/** A cleaner that is quick, and one that waits for the test. */
const CONFIG = {
  'log.segment.bytes': 5_000,
  'log.cleaner.backoff.ms': 20,
  'log.cleaner.min.cleanable.ratio': 0.01,
  'log.segment.delete.delay.ms': 50,
};

/** A logger that keeps what is more than information. */
function listener(): { readonly logger: Logger; readonly complaints: string[] } {
  const complaints: string[] = [];
  const note = (message: string, fields?: object): void =>
    void complaints.push(`${message} ${JSON.stringify(fields ?? {})}`);
  const logger: Logger = { ...silentLogger, warn: note, error: note, child: () => logger };
  return { logger, complaints };
}

/** One that compacts on the event loop, with the disk that the test has made: threads have the real one. */
function withoutThreads({ newWorkers: _, ...environment }: Environment): Environment {
  return environment;
}

/** The real disk, on which files of compactions can be made to be refused for want of rights. */
function diskWithoutRights(): { environment: Environment; setRefused: (refused: boolean) => void } {
  let isRefused = false;
  const real = nodeEnvironment.disk;
  const check = (path: string): void => {
    if (isRefused && path.includes(`${TOPIC}-0/`))
      throw new OperationalError('NOT_PERMITTED', `cannot write ${path}`, { retriable: false });
  };
  const disk: Disk = {
    ...real,
    open(path, mode) {
      if (mode === 'create') check(path);
      return real.open(path, mode);
    },
    rename(from, to) {
      check(from);
      real.rename(from, to);
    },
    remove(path) {
      if (real.exists(path)) check(path);
      real.remove(path);
    },
  };
  return { environment: { ...nodeEnvironment, disk }, setRefused: (refused) => void (isRefused = refused) };
}

describe('a compacted topic in trouble', () => {
  let brokers = new TestBrokers();
  const closing: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await brokers.close();
    brokers = new TestBrokers();
  });

  const bootstrapOf = ({ address }: Broker): string => `${address.host}:${address.port}`;

  /** The topic is compacted from the beginning, or only when {@link compact} is called. */
  async function createTopic(broker: Broker, policy: 'compact' | 'delete' = 'compact'): Promise<void> {
    const admin = new Admin({ bootstrapServers: bootstrapOf(broker) });
    await admin.createTopics([{ name: TOPIC, partitions: 1, configs: { 'cleanup.policy': policy } }]);
    await admin.close();
  }

  async function compact(broker: Broker): Promise<void> {
    const admin = new Admin({ bootstrapServers: bootstrapOf(broker) });
    await admin.incrementalAlterConfigs([
      {
        type: 'topic',
        name: TOPIC,
        alterations: [{ name: 'cleanup.policy', op: 'set', value: 'compact' }],
      },
    ]);
    await admin.close();
  }

  function producer(
    broker: Broker,
    options: Partial<ConstructorParameters<typeof Producer>[0]> = {},
  ): Producer {
    const made = new Producer({ bootstrapServers: bootstrapOf(broker), ...options });
    closing.push(() => made.close());
    return made;
  }

  /** Writes rounds over all keys, a batch each. @returns the last value of each key. */
  async function write(broker: Broker, rounds: number): Promise<ReadonlyMap<string, string>> {
    const to = producer(broker);
    const last = new Map<string, string>();
    for (let round = 0; round < rounds; round++) {
      for (let index = 0; index < KEYS; index++) {
        last.set(`key ${index}`, `${round} ${'x'.repeat(80)}`);
        to.send({ ...PARTITION, key: `key ${index}`, value: last.get(`key ${index}`) ?? '' });
      }
      await to.flush();
    }
    return last;
  }

  /** What is there from an offset on. */
  async function read(broker: Broker, fromOffset = 0): Promise<{ last: Map<string, string>; count: number }> {
    const consumer = new Consumer({ bootstrapServers: bootstrapOf(broker), fetchWaitMsMax: 20 });
    consumer.assign([PARTITION]);
    consumer.seek(PARTITION, fromOffset);
    const [end] = await consumer.endOffsets([PARTITION]);
    const last = new Map<string, string>();
    let count = 0;
    while ((consumer.positionNow(PARTITION) ?? 0) < (end?.offset ?? 0)) {
      for (const { records } of await consumer.poll(200)) {
        for (const { key, value } of records) last.set(String(key), String(value));
        count += records.length;
      }
    }
    await consumer.close();
    return { last, count };
  }

  const countOf = async (broker: Broker): Promise<number> => (await read(broker)).count;
  const filesOf = (directory: string, ending: RegExp): readonly string[] =>
    fs.readdirSync(`${directory}/${TOPIC}-0`).filter((name) => ending.test(name));

  it('refuses records without a key, whoever writes them, and takes the next ones', async () => {
    const broker = await brokers.start(CONFIG);
    await createTopic(broker);
    const refused = { code: 'INVALID_RECORD', retriable: false };
    for (const idempotent of [false, true]) {
      const to = producer(broker, { idempotent, acks: 'all' });
      await to.sendAndWait({ ...PARTITION, key: 'a', value: `before ${idempotent}` });
      await expect(to.sendAndWait({ ...PARTITION, value: 'no key' })).rejects.toMatchObject(refused);
      await to.sendAndWait({ ...PARTITION, key: 'b', value: `after ${idempotent}` });
    }
    const to = producer(broker, { transactionalId: 'writer' });
    await to.initTransactions();
    to.beginTransaction();
    await to.sendAndWait({ ...PARTITION, key: 'a', value: 'of a transaction that fails' });
    await expect(to.sendAndWait({ ...PARTITION, value: 'no key' })).rejects.toMatchObject(refused);
    await expect(to.commitTransaction()).rejects.toThrow();
    await to.abortTransaction();
    to.beginTransaction();
    await to.sendAndWait({ ...PARTITION, key: 'b', value: 'of the next transaction' });
    await to.commitTransaction();
    const consumer = new Consumer({
      bootstrapServers: bootstrapOf(broker),
      isolationLevel: 'read_committed',
    });
    closing.push(() => consumer.close());
    consumer.assign([PARTITION]);
    consumer.seek(PARTITION, 0);
    const values: string[] = [];
    while (values.length < 5) {
      for (const { records } of await consumer.poll(200))
        values.push(...records.map(({ value }) => String(value)));
    }
    expect(values).toEqual([
      'before false',
      'after false',
      'before true',
      'after true',
      'of the next transaction',
    ]);
  });

  it('says once that a segment is damaged, leaves the partition as it is, and serves the rest of it', async () => {
    const { logger, complaints } = listener();
    const directory = brokers.newDirectory();
    const broker = await brokers.start({ ...CONFIG, 'log.dirs': directory }, { logger });
    await createTopic(broker, 'delete');
    const last = await write(broker, 60);
    const segments = filesOf(directory, /\.log$/);
    expect(segments.length).toBeGreaterThan(5);
    const [, damaged = '', next = ''] = segments;
    const path = `${directory}/${TOPIC}-0/${damaged}`;
    const bytes = fs.readFileSync(path);
    bytes[100] = (bytes[100] ?? 0) ^ 0xff;
    fs.writeFileSync(path, bytes);
    await compact(broker);
    await expect
      .poll(() => broker.metrics.logCleaner.uncleanablePartitionsCount, { timeout: PATIENCE_MS })
      .toBe(1);
    // Others are compacted all the same, and the one is not tried again.
    await write(broker, 10);
    expect(broker.metrics.logCleaner).toMatchObject({ failedCleaningsTotal: 1 });
    expect(complaints.filter((line) => line.includes('compacted'))).toEqual([
      expect.stringMatching(new RegExp(`cannot be compacted.*${damaged} is damaged at byte \\d+`)),
    ]);
    expect(filesOf(directory, /\.log$/)).toEqual(expect.arrayContaining([...segments]));
    expect(filesOf(directory, /\.(cleaned|swap|deleted)$/)).toEqual([]);
    const rest = await read(broker, Number(next.slice(0, -'.log'.length)));
    expect([...rest.last.keys()].toSorted()).toEqual([...last.keys()].toSorted());
  });

  it('gives up a compaction that the disk has no room for, once says so, and goes on when there is room', async () => {
    const { environment, setFull } = diskThatFills('.cleaned');
    const { logger, complaints } = listener();
    const directory = brokers.newDirectory();
    const broker = await brokers.start(
      { ...CONFIG, 'log.dirs': directory },
      { environment: withoutThreads(environment), logger },
    );
    setFull(true);
    await createTopic(broker);
    const last = await write(broker, 60);
    await expect
      .poll(() => broker.metrics.logCleaner.failedCleaningsTotal, { timeout: PATIENCE_MS })
      .toBeGreaterThan(2);
    expect(broker.metrics.logCleaner.uncleanablePartitionsCount).toBe(0);
    expect(complaints.filter((line) => line.includes('compacted'))).toEqual([
      expect.stringMatching(/could not be compacted, it is tried again.*no space left to write .*\.cleaned/),
    ]);
    expect(await read(broker)).toEqual({ last, count: 60 * KEYS });
    setFull(false);
    await expect.poll(() => countOf(broker), { timeout: PATIENCE_MS }).toBeLessThan(20 * KEYS);
    expect((await read(broker)).last).toEqual(last);
    expect(complaints.filter((line) => line.includes('compacted'))).toHaveLength(1);
  });

  it('does not begin a copy that the disk has no room for', async () => {
    const real = nodeEnvironment.disk;
    let usableBytes = real.space('/').usableBytes;
    const disk: Disk = { ...real, space: (path) => ({ ...real.space(path), usableBytes }) };
    const { logger, complaints } = listener();
    const broker = await brokers.start(CONFIG, { environment: { ...nodeEnvironment, disk }, logger });
    await createTopic(broker);
    usableBytes = 0;
    const last = await write(broker, 60);
    await expect
      .poll(() => broker.metrics.logCleaner.failedCleaningsTotal, { timeout: PATIENCE_MS })
      .toBeGreaterThan(2);
    expect(complaints.filter((line) => line.includes('compacted'))).toEqual([
      expect.stringMatching(/could not be compacted, it is tried again.*and 0 are free/),
    ]);
    usableBytes = real.space('/').usableBytes;
    await expect.poll(() => countOf(broker), { timeout: PATIENCE_MS }).toBeLessThan(20 * KEYS);
    expect((await read(broker)).last).toEqual(last);
  });

  it('goes on, without a restart, when a folder has its rights again', async () => {
    const { environment, setRefused } = diskWithoutRights();
    const { logger, complaints } = listener();
    const broker = await brokers.start(CONFIG, { environment: withoutThreads(environment), logger });
    await createTopic(broker, 'delete');
    const last = await write(broker, 60);
    setRefused(true);
    await compact(broker);
    await expect
      .poll(() => broker.metrics.logCleaner.failedCleaningsTotal, { timeout: PATIENCE_MS })
      .toBeGreaterThan(2);
    expect(complaints.filter((line) => line.includes('compacted'))).toEqual([
      expect.stringMatching(
        /could not be compacted, it is tried again.*cannot write .*compaction-checkpoint/,
      ),
    ]);
    expect(await read(broker)).toEqual({ last, count: 60 * KEYS });
    setRefused(false);
    await expect.poll(() => countOf(broker), { timeout: PATIENCE_MS }).toBeLessThan(20 * KEYS);
    expect((await read(broker)).last).toEqual(last);
    expect(broker.metrics.logCleaner.uncleanablePartitionsCount).toBe(0);
  });
});
