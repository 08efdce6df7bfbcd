import { cpSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { formatApacheKafka, launchApacheKafka } from '../../bench/harness/brokers.ts';
import type { RunningProcess } from '../../bench/harness/processes.ts';
import { Broker } from '../../broker/index.ts';
import { coordinatorPartition } from '../../src/base/java-hash.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { Consumer } from '../../src/client/index.ts';
import { offsetFetch } from '../../src/protocol/messages/09-offset-fetch.ts';
import { findCoordinator } from '../../src/protocol/messages/10-find-coordinator.ts';
import { describeTransactions } from '../../src/protocol/messages/65-describe-transactions.ts';
import { batchesOf } from '../../src/protocol/records/batch-view.ts';
import { kafkaClassOutput, whyNoKafka } from './apache-kafka.ts';
import { Peer } from './same-answers/peer.ts';
import { makeTopic } from './same-answers/record-requests.ts';
import { TransactionalProducer } from './same-answers/transactional-producer.ts';

const TOPIC = 'folders';
const GROUP = 'moved';
const COORDINATOR_PARTITIONS = 3;
const SETTINGS = {
  'group.initial.rebalance.delay.ms': 0,
  'offsets.topic.num.partitions': COORDINATOR_PARTITIONS,
  'transaction.state.log.num.partitions': COORDINATOR_PARTITIONS,
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': 200,
};
/** Of the transaction that is open when its broker ends: longer than the move takes to be looked at. */
const OPEN_TIMEOUT_MS = 20_000;
/** Files that are about a folder, and not about what is in its partitions. */
const CHECKPOINTS = /checkpoint$|^\.kafka_cleanshutdown$/;

/** A broker of one kind, and where its partitions are. */
interface Side {
  readonly logs: string;
  start(): Promise<Peer>;
  stop(): Promise<void>;
}

async function apacheKafka(): Promise<Side & { readonly data: string }> {
  const { configFile, data, port } = await formatApacheKafka(SETTINGS);
  let running: RunningProcess | undefined;
  return {
    data,
    logs: path.join(data, 'logs'),
    start: async () => {
      running = await launchApacheKafka(configFile, port);
      return new Peer(`127.0.0.1:${port}`);
    },
    stop: async () => running?.stop('SIGTERM'),
  };
}

async function ours(): Promise<Side & { readonly data: string }> {
  const data = await mkdtemp(path.join(tmpdir(), 'millrace-coordinators-'));
  let broker: Broker | undefined;
  return {
    data,
    logs: data,
    start: async () => {
      const config = { ...SETTINGS, 'node.id': 1, listeners: 'PLAINTEXT://127.0.0.1:0', 'log.dirs': data };
      broker = await Broker.start({ logger: silentLogger, config });
      return new Peer(`${broker.address.host}:${broker.address.port}`);
    },
    stop: async () => broker?.close(),
  };
}

const partitionOf = (id: string): number => coordinatorPartition(id, COORDINATOR_PARTITIONS);

/** Ids with different partitions of `__transaction_state`, so that each has the end of one for itself. */
function idsOfPartitions(): readonly [string, string, string] {
  const ids: string[] = [];
  for (let i = 0; ids.filter(Boolean).length < COORDINATOR_PARTITIONS; i++)
    ids[partitionOf(`id-${i}`)] ??= `id-${i}`;
  const [first = '', second = '', third = ''] = ids;
  return [first, second, third];
}

const [COMMITTED, UNFINISHED, OPEN] = idsOfPartitions();

/** Makes the topic and the coordinators, so that their folders are there. */
async function prepare(peer: Peer): Promise<void> {
  await makeTopic(peer, TOPIC, 1);
  for (const [keyType, key] of [
    [0, GROUP],
    [1, COMMITTED],
  ] as const) {
    const asked = { keyType, coordinatorKeys: [key] };
    await peer.until(findCoordinator, 4, asked, ({ coordinators }) => coordinators[0]?.errorCode === 0);
  }
  await peer.learn('__transaction_state', '__consumer_offsets');
}

/** A transaction with a record and an offset, not ended. */
async function begin(
  peer: Peer,
  transactionalId: string,
  { offset, timeoutMs = 60_000 }: { readonly offset: number; readonly timeoutMs?: number },
): Promise<TransactionalProducer> {
  const producer = new TransactionalProducer(peer, TOPIC, transactionalId);
  await producer.init(5, { transactionTimeoutMs: timeoutMs });
  await producer.send(12, 0, [`of ${transactionalId}`]);
  await producer.commitOffset(5, GROUP, offset, {
    topics: [{ name: TOPIC, partitions: [{ partitionIndex: 0, committedOffset: offset }] }],
  });
  return producer;
}

/** One id has committed, one has decided to, and one is in a transaction. */
async function write(peer: Peer): Promise<void> {
  await (await begin(peer, COMMITTED, { offset: 1 })).end(true, 5);
  await (await begin(peer, COMMITTED, { offset: 2 })).end(false, 5);
  await (await begin(peer, UNFINISHED, { offset: 3 })).end(true, 5);
  await begin(peer, OPEN, { offset: 4, timeoutMs: OPEN_TIMEOUT_MS });
  const failed = peer.transcript.filter((entry) => /"errorCode":[^0]/.test(JSON.stringify(entry)));
  expect(failed).toEqual([]);
}

function folders(logs: string): readonly string[] {
  return readdirSync(logs).filter((name) =>
    /^(folders|__transaction_state|__consumer_offsets)-\d+$/.test(name),
  );
}

/** Puts the partitions of one broker in the place of those of another, whose topics have ids of their own. */
function move(from: Side, to: Side): void {
  const moved = folders(from.logs);
  expect(folders(to.logs).toSorted()).toEqual([...moved].toSorted());
  for (const name of moved) {
    const target = path.join(to.logs, name);
    for (const file of readdirSync(target))
      if (file !== 'partition.metadata') rmSync(path.join(target, file));
    for (const file of readdirSync(path.join(from.logs, name))) {
      if (file !== 'partition.metadata') cpSync(path.join(from.logs, name, file), path.join(target, file));
    }
  }
  for (const file of readdirSync(to.logs)) if (CHECKPOINTS.test(file)) rmSync(path.join(to.logs, file));
}

/** Takes away the last batch of an id's partition: the note that its commit is complete. */
function forgetCompletion(logs: string, transactionalId: string): void {
  const folder = path.join(logs, `__transaction_state-${partitionOf(transactionalId)}`);
  const file = path.join(folder, readdirSync(folder).find((name) => name.endsWith('.log')) ?? '');
  truncateSync(file, batchesOf(readFileSync(file)).at(-1)?.start ?? 0);
  // Written at an end in order, and about what is not there any more.
  for (const name of readdirSync(folder)) if (name.endsWith('.snapshot')) rmSync(path.join(folder, name));
}

async function stateOf(peer: Peer, transactionalId: string): Promise<string> {
  const answer = await peer.send(describeTransactions, 0, { transactionalIds: [transactionalId] });
  const [state] = answer.transactionStates;
  return state?.errorCode === 0 ? state.transactionState : `error ${state?.errorCode}`;
}

async function committedOffset(peer: Peer, requireStable: boolean): Promise<readonly unknown[]> {
  const topics = [{ name: TOPIC, partitionIndexes: [0] }];
  const answer = await peer.send(offsetFetch, 7, { groupId: GROUP, topics, requireStable });
  const [read] = answer.topics[0]?.partitions ?? [];
  return [answer.errorCode, read?.errorCode, read?.committedOffset];
}

/** Reads committed records until there are so many. */
async function readCommitted(peer: Peer, count: number): Promise<readonly string[]> {
  const consumer = new Consumer({
    bootstrapServers: `${peer.address.host}:${peer.address.port}`,
    isolationLevel: 'read_committed',
    autoOffsetReset: 'earliest',
  });
  try {
    consumer.assign([{ topic: TOPIC, partition: 0 }]);
    const values: string[] = [];
    while (values.length < count) {
      for (const { records } of await consumer.poll(500))
        values.push(...records.map(({ value }) => String(value)));
    }
    return values;
  } finally {
    await consumer.close();
  }
}

const PATIENCE = { timeout: 60_000, interval: 100 };
const UNSTABLE_OFFSET_COMMIT = 88;

/** The broker goes on where the other one has ended. */
async function goesOn(peer: Peer): Promise<void> {
  await peer.learn(TOPIC, '__transaction_state', '__consumer_offsets');
  await expect.poll(() => stateOf(peer, COMMITTED), PATIENCE).toBe('CompleteAbort');
  await expect.poll(() => stateOf(peer, UNFINISHED), PATIENCE).toBe('CompleteCommit');
  expect(await stateOf(peer, OPEN)).toBe('Ongoing');
  await expect.poll(() => committedOffset(peer, false), PATIENCE).toEqual([0, 0, 3]);
  expect(await committedOffset(peer, true)).toEqual([0, UNSTABLE_OFFSET_COMMIT, -1]);
  await expect.poll(() => stateOf(peer, OPEN), PATIENCE).toBe('CompleteAbort');
  await expect.poll(() => committedOffset(peer, true), PATIENCE).toEqual([0, 0, 3]);
  for (const id of [COMMITTED, UNFINISHED, OPEN]) await (await begin(peer, id, { offset: 9 })).end(true, 5);
  const first = [COMMITTED, UNFINISHED].map((id) => `of ${id}`);
  const next = [COMMITTED, UNFINISHED, OPEN].map((id) => `of ${id}`);
  expect(await readCommitted(peer, 5)).toEqual([...first, ...next]);
  await expect.poll(() => committedOffset(peer, true), PATIENCE).toEqual([0, 0, 9]);
}

/** What Apache Kafka's tool finds in the logs of a coordinator. */
function dump(logs: string, topic: string, decoder: string): string {
  const names = folders(logs).filter((name) => name.startsWith(`${topic}-`));
  const files = names.flatMap((name) =>
    readdirSync(path.join(logs, name)).flatMap((file) =>
      file.endsWith('.log') ? [path.join(logs, name, file)] : [],
    ),
  );
  expect(files.length).toBeGreaterThanOrEqual(COORDINATOR_PARTITIONS);
  return kafkaClassOutput('org.apache.kafka.tools.DumpLogSegments', ['--files', files.join(), decoder]);
}

describe.skipIf(whyNoKafka !== undefined)(
  'transactions and groups that move from one broker to another',
  () => {
    const data: string[] = [];

    afterAll(() => {
      for (const folder of data) rmSync(folder, { recursive: true, force: true });
    });

    it.each([
      ['Apache Kafka', 'ours'],
      ['ours', 'Apache Kafka'],
    ])('from %s to %s', async (...kinds) => {
      const sides = await Promise.all(kinds.map((kind) => (kind === 'ours' ? ours() : apacheKafka())));
      data.push(...sides.map((side) => side.data));
      const [from, to] = sides;
      if (from === undefined || to === undefined) throw new Error('two sides are wanted');
      try {
        await prepare(await to.start());
        await to.stop();
        const source = await from.start();
        await prepare(source);
        await write(source);
        await from.stop();
        forgetCompletion(from.logs, UNFINISHED);
        move(from, to);
        await goesOn(await to.start());
      } finally {
        for (const side of sides) await side.stop();
      }
      const transactions = dump(to.logs, '__transaction_state', '--transaction-log-decoder');
      const groups = dump(to.logs, '__consumer_offsets', '--offsets-decoder');
      for (const id of [COMMITTED, UNFINISHED, OPEN]) expect(transactions).toContain(id);
      expect(groups).toContain(GROUP);
      expect(`${transactions}${groups}`).not.toMatch(
        /isvalid: false|Exception|corrupt|invalid bytes|unreadable/i,
      );
    });
  },
);
