import { afterEach, beforeEach, expect, it } from 'vitest';
import { OperationalError, Producer, TransactionError } from '../../src/client/index.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { findCoordinator } from '../../src/protocol/messages/10-find-coordinator.ts';
import { initProducerId } from '../../src/protocol/messages/22-init-producer-id.ts';
import { addPartitionsToTxn } from '../../src/protocol/messages/24-add-partitions-to-txn.ts';
import { addOffsetsToTxn } from '../../src/protocol/messages/25-add-offsets-to-txn.ts';
import { endTxn } from '../../src/protocol/messages/26-end-txn.ts';
import { txnOffsetCommit } from '../../src/protocol/messages/28-txn-offset-commit.ts';
import { SeededRandom } from '../sim/seeded-random.ts';
import { seedsOf } from '../sim/simulation.ts';
import { patientEnvironment } from './patient-environment.ts';
import { ScriptedBroker } from './scripted-broker.ts';
import { type NamedApi, ScriptedCoordinator } from './scripted-coordinator.ts';

const TRANSACTIONS = 25;

/** What a coordinator, a leader and a group may answer at any time, with what passes and what does not. */
const MISHAPS: readonly (readonly [NamedApi, readonly (number | 'cut')[]])[] = [
  [findCoordinator, [ErrorCode.COORDINATOR_NOT_AVAILABLE]],
  [
    initProducerId,
    [ErrorCode.CONCURRENT_TRANSACTIONS, ErrorCode.NOT_COORDINATOR, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS],
  ],
  [addPartitionsToTxn, [ErrorCode.CONCURRENT_TRANSACTIONS, ErrorCode.TOPIC_AUTHORIZATION_FAILED, 'cut']],
  [addOffsetsToTxn, [ErrorCode.NOT_COORDINATOR, ErrorCode.GROUP_AUTHORIZATION_FAILED]],
  [
    produce,
    [
      ErrorCode.CONCURRENT_TRANSACTIONS,
      ErrorCode.NOT_LEADER_OR_FOLLOWER,
      ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
      ErrorCode.TRANSACTION_ABORTABLE,
      ErrorCode.INVALID_PRODUCER_EPOCH,
      'cut',
    ],
  ],
  [
    txnOffsetCommit,
    [ErrorCode.NOT_COORDINATOR, ErrorCode.ILLEGAL_GENERATION, ErrorCode.TRANSACTION_ABORTABLE],
  ],
  [endTxn, [ErrorCode.CONCURRENT_TRANSACTIONS, ErrorCode.NOT_COORDINATOR, ErrorCode.PRODUCER_FENCED, 'cut']],
];

const environment = patientEnvironment();
let broker: ScriptedBroker;
let producer: Producer;

beforeEach(async () => {
  broker = new ScriptedBroker();
  await broker.start();
});
afterEach(async () => {
  await producer.close({ timeoutMs: 0 }).catch(() => undefined);
  await broker.stop();
});

async function newProducer(random: SeededRandom): Promise<Producer> {
  const created = new Producer({
    environment,
    bootstrapServers: broker.bootstrapServers,
    transactionalId: 'random',
    lingerMs: random.int(2),
    batchBytesMax: 150,
    retryBackoffMs: 1,
    retryBackoffMsMax: 3,
    reconnectBackoffMs: 1,
  });
  await created.initTransactions();
  return created;
}

/** One transaction; answers whether it was committed, with `restart` where the producer is of no use any more. */
async function transact(values: readonly string[], random: SeededRandom): Promise<'yes' | 'no' | 'restart'> {
  producer.beginTransaction();
  try {
    for (const value of values) {
      producer.send({ topic: 't', value });
      if (random.chance(0.2)) await producer.flush();
    }
    if (random.chance(0.3)) {
      const group = { groupId: 'g', generationId: 1, memberId: 'm', groupInstanceId: null };
      await producer.sendOffsetsToTransaction([{ topic: 'in', partition: 0, offset: 1 }], group);
    }
    if (random.chance(0.2)) {
      await producer.abortTransaction();
      return 'no';
    }
    await producer.commitTransaction();
    return 'yes';
  } catch (error) {
    expect(error).toBeInstanceOf(OperationalError);
  }
  try {
    await producer.abortTransaction();
    return 'no';
  } catch (error) {
    expect(error).toBeInstanceOf(TransactionError);
    return 'restart';
  }
}

for (const seed of seedsOf(12)) {
  it(`what is committed is there once, and nothing else, whatever fails, seed ${seed}`, async () => {
    const random = new SeededRandom(seed);
    const coordinator = new ScriptedCoordinator(broker, random.chance(0.5) ? 1 : 2);
    producer = await newProducer(random);
    const expected: string[] = [];
    for (let i = 0; i < TRANSACTIONS; i++) {
      for (const [api, answers] of MISHAPS) {
        if (!random.chance(0.25)) continue;
        coordinator.fails(
          api,
          ...Array.from({ length: 1 + random.int(2) }, () => answers[random.int(answers.length)]),
        );
      }
      const values = Array.from({ length: 1 + random.int(8) }, (_, n) => `${i}-${n}`);
      const outcome = await transact(values, random);
      if (outcome === 'yes') expected.push(...values);
      if (outcome !== 'restart') continue;
      // Nobody knows whether it was committed: all of it, or nothing.
      if (coordinator.committed.length > expected.length) expected.push(...values);
      await producer.close();
      producer = await newProducer(random);
      coordinator.discard();
    }
    expect(expected.length).toBeGreaterThan(0);
    expect(coordinator.committed).toEqual(expected);
  });
}
