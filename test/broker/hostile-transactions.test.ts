import { cpSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Broker } from '../../broker/broker.ts';
import type { Logger } from '../../src/base/logger.ts';
import { Admin, Consumer, Producer } from '../../src/client/index.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { findCoordinator } from '../../src/protocol/messages/10-find-coordinator.ts';
import { initProducerId } from '../../src/protocol/messages/22-init-producer-id.ts';
import { electLeaders } from '../../src/protocol/messages/43-elect-leaders.ts';
import { describeTransactions } from '../../src/protocol/messages/65-describe-transactions.ts';
import { batchesOf } from '../../src/protocol/records/batch-view.ts';
import { PATIENCE_MS } from '../setup/patience.ts';
import { TestBrokers } from './running-broker.ts';

const TOPIC = 'orders';
const PATIENCE = { timeout: PATIENCE_MS };
const ONE_PARTITION = { 'transaction.state.log.num.partitions': 1 };

const brokers = new TestBrokers();
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  await brokers.close();
});

const addressOf = ({ address }: Broker): string => `${address.host}:${address.port}`;

function producerOf(
  bootstrapServers: string,
  transactionalId: string,
  transactionTimeoutMs = 60_000,
): Producer {
  const producer = new Producer({ bootstrapServers, transactionalId, transactionTimeoutMs });
  // One that was fenced, or whose broker has gone, says so once more.
  closing.push(() => producer.close({ timeoutMs: 0 }).catch(() => undefined));
  return producer;
}

async function createTopic(bootstrapServers: string, replicationFactor = 1): Promise<void> {
  const admin = new Admin({ bootstrapServers });
  await admin.createTopics([{ name: TOPIC, partitions: 1, replicationFactor }]);
  await admin.close();
}

/** One transaction of one record. */
async function commit(producer: Producer, value: string): Promise<void> {
  producer.beginTransaction();
  producer.send({ topic: TOPIC, partition: 0, value });
  await producer.commitTransaction();
}

/** What a reader of committed records is given, until there are so many. */
async function readCommitted(bootstrapServers: string, count: number): Promise<readonly string[]> {
  const consumer = new Consumer({
    bootstrapServers,
    isolationLevel: 'read_committed',
    autoOffsetReset: 'earliest',
  });
  closing.push(() => consumer.close());
  consumer.assign([{ topic: TOPIC, partition: 0 }]);
  const values: string[] = [];
  await expect
    .poll(async () => {
      for (const { records } of await consumer.poll(100)) {
        for (const { value } of records) values.push(String(value));
      }
      return values.length;
    }, PATIENCE)
    .toBeGreaterThanOrEqual(count);
  return values;
}

/** Hears what a broker says is wrong. */
function errorsOf(reasons: string[]): Logger {
  const logger: Logger = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (message, fields) => void reasons.push(`${message} ${JSON.stringify(fields)}`),
    child: () => logger,
  };
  return logger;
}

/** The file of the only partition of `__transaction_state`. */
function stateFile(directory: string): string {
  const folder = path.join(directory, '__transaction_state-0');
  const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.log'));
  return path.join(folder, file);
}

/** Turns a bit of a batch that has others behind it. */
function damage(file: string, at: number): void {
  const bytes = readFileSync(file);
  const batches = [...batchesOf(bytes)];
  const victim = batches[Math.floor(batches.length / 2)];
  if (victim === undefined) throw new Error('transactions have been written');
  bytes[victim.start + at] = (bytes[victim.start + at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

async function stateOf(broker: Broker, transactionalId: string): Promise<string | number | undefined> {
  const client = brokers.to(broker);
  const { transactionStates } = await client.send(describeTransactions, 0, {
    transactionalIds: [transactionalId],
  });
  const [state] = transactionStates;
  return state?.errorCode === ErrorCode.NONE ? state.transactionState : state?.errorCode;
}

describe('__transaction_state that is damaged', () => {
  it.each([
    ['a record', 70],
    ['a header', 16],
  ])('in %s is named, and the operator decides', async (_what, at) => {
    const first = await brokers.start(ONE_PARTITION);
    const { directory } = first;
    await createTopic(addressOf(first));
    const producer = producerOf(addressOf(first), 'copier');
    await producer.initTransactions();
    for (let i = 0; i < 20; i++) await commit(producer, `value ${i}`);
    await producer.close();
    await brokers.stop(first);
    damage(stateFile(directory), at);

    const reasons: string[] = [];
    const settings = { ...ONE_PARTITION, 'log.dirs': directory };
    const second = await brokers.start(settings, { logger: errorsOf(reasons) });
    await expect.poll(() => stateOf(second, 'copier'), PATIENCE).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
    expect(reasons.filter((reason) => reason.includes('could not be loaded'))).toHaveLength(1);
    expect(reasons.join()).toMatch(/__transaction_state-0 is damaged at offset \d+ \(.*\.log.* byte \d+/);
    expect(reasons.join()).toContain('transaction.state.log.load.skip.damage=true');
    // What was committed does not need its coordinator.
    expect(await readCommitted(addressOf(second), 20)).toHaveLength(20);
    await brokers.stop(second);

    const third = await brokers.start({ ...settings, 'transaction.state.log.load.skip.damage': true });
    await expect.poll(() => stateOf(third, 'copier'), PATIENCE).toBe('CompleteCommit');
    const next = producerOf(addressOf(third), 'copier');
    await next.initTransactions();
    await commit(next, 'after');
    expect(await readCommitted(addressOf(third), 21)).toHaveLength(21);
  });

  /** A broker that has committed five transactions. */
  async function committed(): Promise<Broker> {
    const broker = await brokers.start(ONE_PARTITION);
    await createTopic(addressOf(broker));
    const producer = producerOf(addressOf(broker), 'copier');
    await producer.initTransactions();
    for (let i = 0; i < 5; i++) await commit(producer, `value ${i}`);
    await expect.poll(() => stateOf(broker, 'copier'), PATIENCE).toBe('CompleteCommit');
    await producer.close();
    return broker;
  }

  /** Leaves half of the last batch: the note that a commit is complete. */
  function cut(directory: string): void {
    const file = stateFile(directory);
    truncateSync(file, readFileSync(file).length - 10);
  }

  it('at its end, as a crash leaves it, is cut: its coordinator does again what is not noted', async () => {
    const first = await committed();
    const copy = brokers.newDirectory();
    cpSync(first.directory, copy, { recursive: true });
    await brokers.stop(first);
    cut(copy);
    const second = await brokers.start({ ...ONE_PARTITION, 'log.dirs': copy });
    await expect.poll(() => stateOf(second, 'copier'), PATIENCE).toBe('CompleteCommit');
    const next = producerOf(addressOf(second), 'copier');
    await next.initTransactions();
    await commit(next, 'after');
    const values = ['value 0', 'value 1', 'value 2', 'value 3', 'value 4', 'after'];
    expect(await readCommitted(addressOf(second), 6)).toEqual(values);
  });

  it('at its end, though it had been written completely, is not served, and what to do is said once', async () => {
    const first = await committed();
    const { directory } = first;
    await brokers.stop(first);
    cut(directory);
    const reasons: string[] = [];
    const second = await brokers.start(
      { ...ONE_PARTITION, 'log.dirs': directory },
      { logger: errorsOf(reasons) },
    );
    expect(await readCommitted(addressOf(second), 5)).toHaveLength(5);
    expect(await stateOf(second, 'copier')).toBe(ErrorCode.NOT_COORDINATOR);
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(
      /offline.*__transaction_state.*damaged at byte \d+.*restore the file from a copy/,
    );
  });

  it('on one of three brokers, which leads it, comes back from the others', async () => {
    const replicated = {
      ...ONE_PARTITION,
      'transaction.state.log.replication.factor': 3,
      'transaction.state.log.min.isr': 2,
    };
    const settings = await brokers.clusterSettings(3);
    const reasons: string[] = [];
    const start = async (id: number): Promise<Broker> =>
      brokers.start({ ...settings.get(id), ...replicated }, { logger: errorsOf(reasons) });
    const cluster = new Map(await Promise.all([1, 2, 3].map(async (id) => [id, await start(id)] as const)));
    const bootstrap = [...cluster.values()].map(addressOf).join();
    await createTopic(bootstrap, 3);
    const producer = producerOf(bootstrap, 'copier');
    await producer.initTransactions();
    for (let i = 0; i < 20; i++) await commit(producer, `value ${i}`);

    const admin = new Admin({ bootstrapServers: bootstrap });
    closing.push(() => admin.close());
    const state = async () => (await admin.describeTopics(['__transaction_state']))[0]?.partitions[0];
    // It is made with its first replica as the leader, which an election prefers.
    const victim = (await state())?.replicas[0] ?? -1;
    const broker = cluster.get(victim);
    if (broker === undefined) throw new Error(`no broker ${victim}`);
    /** Lets the victim lead once it is in sync; answers who leads. */
    const elect = async (): Promise<number | undefined> => {
      const [other] = [...cluster.values()].filter(({ nodeId }) => nodeId !== victim);
      if (other === undefined) throw new Error('no other broker');
      const topicPartitions = [{ topic: '__transaction_state', partitions: [0] }];
      await brokers.to(other).send(electLeaders, 2, { topicPartitions, timeoutMs: 10_000 });
      return (await state())?.leader;
    };
    await brokers.stop(broker);
    damage(stateFile(broker.directory), 70);
    cluster.set(victim, await start(victim));
    const heard = async () => [await elect(), reasons.join()].join();
    await expect.poll(heard, PATIENCE).toContain('another broker leads it');
    await expect.poll(async () => (await state())?.leader, PATIENCE).not.toBe(victim);
    // The copy is as good as the others, and leads.
    await expect.poll(elect, PATIENCE).toBe(victim);
    await commit(producer, 'after');
    expect(await readCommitted(addressOf(cluster.get(victim) ?? broker), 21)).toHaveLength(21);
    expect(reasons.filter((reason) => reason.includes('could not be loaded'))).toHaveLength(1);
  });
});

describe('producers that are trouble', () => {
  it('take an id from each other in turns: each is fenced in time, and what was acknowledged is there once', async () => {
    const broker = await brokers.start(ONE_PARTITION);
    const bootstrap = addressOf(broker);
    await createTopic(bootstrap);
    const committed: string[] = [];
    const uncertain = new Set<string>();
    let fenced = 0;
    const loop = async (name: string): Promise<void> => {
      for (let round = 0; round < 10; round++) {
        const producer = new Producer({ bootstrapServers: bootstrap, transactionalId: 'shared' });
        try {
          await producer.initTransactions();
          for (let i = 0; i < 4; i++) {
            const value = `${name} ${round} ${i}`;
            uncertain.add(value);
            await commit(producer, value);
            uncertain.delete(value);
            committed.push(value);
          }
        } catch (error) {
          expect(error).toMatchObject({
            code: expect.stringMatching(/FENCED|INVALID_PRODUCER_EPOCH|CONCURRENT|INVALID_TXN_STATE/),
          });
          fenced++;
        }
        await producer.close({ timeoutMs: 0 }).catch(() => undefined);
      }
    };
    await Promise.all(['a', 'b'].map(loop));
    const last = producerOf(bootstrap, 'shared');
    await last.initTransactions();
    await commit(last, 'last');
    expect(fenced).toBeGreaterThan(0);
    const values = await readCommitted(bootstrap, committed.length + 1);
    expect(new Set(values).size).toBe(values.length);
    expect(values.at(-1)).toBe('last');
    const unexpected = values.filter((value) => !committed.includes(value) && !uncertain.has(value));
    expect(unexpected).toEqual(['last']);
    expect(committed.filter((value) => !values.includes(value))).toEqual([]);
  });

  it('hang: the transaction is aborted at its timeout, readers go on, and its commit comes too late', async () => {
    const broker = await brokers.start({
      ...ONE_PARTITION,
      'transaction.abort.timed.out.transaction.cleanup.interval.ms': 100,
    });
    const bootstrap = addressOf(broker);
    await createTopic(bootstrap);
    const hanging = producerOf(bootstrap, 'hanging', 500);
    await hanging.initTransactions();
    hanging.beginTransaction();
    await hanging.sendAndWait({ topic: TOPIC, partition: 0, value: 'never' });
    const other = producerOf(bootstrap, 'other');
    await other.initTransactions();
    for (let i = 0; i < 5; i++) await commit(other, `value ${i}`);
    expect(await readCommitted(bootstrap, 5)).toEqual([
      'value 0',
      'value 1',
      'value 2',
      'value 3',
      'value 4',
    ]);
    expect(await stateOf(broker, 'hanging')).toBe('CompleteAbort');
    await expect(hanging.commitTransaction()).rejects.toMatchObject({
      code: 'INVALID_TXN_STATE',
    });
  });

  it('have ids of every kind, which no other id is taken for', async () => {
    const broker = await brokers.start(ONE_PARTITION);
    const client = brokers.to(broker);
    const ids = ['\0', '\0\0', ' ', 'a\nb', '\u{1f600}', 'e\u0301', '\u00e9', '..', '/', 'x'.repeat(32_767)];
    const init = async (transactionalId: string) =>
      client.send(initProducerId, 5, { transactionalId, transactionTimeoutMs: 60_000 });
    await client.send(findCoordinator, 4, { keyType: 1, coordinatorKeys: ['first'] });
    await expect.poll(async () => (await init('first')).errorCode, PATIENCE).toBe(ErrorCode.NONE);
    const given = new Set<number>();
    for (const id of ids) {
      const answer = await init(id);
      expect(answer).toMatchObject({ errorCode: ErrorCode.NONE, producerEpoch: 0 });
      given.add(answer.producerId);
    }
    expect(given.size).toBe(ids.length);
    expect((await init('')).errorCode).toBe(ErrorCode.INVALID_REQUEST);
    const { directory } = broker;
    await brokers.stop(broker);
    const again = await brokers.start({ ...ONE_PARTITION, 'log.dirs': directory });
    for (const id of ids) await expect.poll(() => stateOf(again, id), PATIENCE).toBe('Empty');
  });
});
