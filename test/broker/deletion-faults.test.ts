import { readdirSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import type { Disk, Environment } from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { listOffsets } from '../../src/protocol/messages/02-list-offsets.ts';
import { createTopics } from '../../src/protocol/messages/19-create-topics.ts';
import { deleteTopics } from '../../src/protocol/messages/20-delete-topics.ts';
import { PATIENCE_MS } from '../setup/patience.ts';
import { batchOf, TestBrokers, type TestClient } from './running-broker.ts';

const brokers = new TestBrokers();
afterEach(() => brokers.close());

/** The real disk, on which folders of one topic can be made to stay where they are. */
function diskThatHolds(topic: string): { environment: Environment; setHolding: (holding: boolean) => void } {
  let isHolding = false;
  const { disk: real } = nodeEnvironment;
  const disk: Disk = {
    ...real,
    rename(from, to) {
      if (isHolding && from.endsWith(`/${topic}-0`))
        throw new OperationalError('DISK_ERROR', `cannot rename ${from}`, { retriable: false });
      real.rename(from, to);
    },
  };
  return { environment: { ...nodeEnvironment, disk }, setHolding: (holding) => void (isHolding = holding) };
}

async function create(client: TestClient, name: string): Promise<number | undefined> {
  const { topics } = await client.send(createTopics, 7, {
    topics: [{ name, numPartitions: 1, replicationFactor: 1 }],
  });
  return topics[0]?.errorCode;
}

async function append(client: TestClient, name: string): Promise<number | undefined> {
  const { responses } = await client.send(produce, 9, {
    acks: -1,
    timeoutMs: 1000,
    topicData: [{ name, partitionData: [{ index: 0, records: batchOf('x') }] }],
  });
  return responses[0]?.partitionResponses[0]?.errorCode;
}

async function endOffset(client: TestClient, name: string): Promise<number | undefined> {
  const { topics } = await client.send(listOffsets, 7, {
    replicaId: -1,
    topics: [{ name, partitions: [{ partitionIndex: 0, timestamp: -1 }] }],
  });
  return topics[0]?.partitions[0]?.offset;
}

it('a deleted topic whose folder cannot be moved does not take the broker down, nor come back', async () => {
  const { environment, setHolding } = diskThatHolds('held');
  const broker = await brokers.start({}, { environment });
  const client = brokers.to(broker);
  await create(client, 'held');
  expect(await append(client, 'held')).toBe(ErrorCode.NONE);
  setHolding(true);
  const deleted = await client.send(deleteTopics, 6, { topics: [{ name: 'held' }] });
  expect(deleted.responses[0]?.errorCode).toBe(ErrorCode.NONE);
  // The metadata quorum goes on.
  expect(await create(client, 'other')).toBe(ErrorCode.NONE);
  expect(await append(client, 'other')).toBe(ErrorCode.NONE);
  // A new topic of the name waits for the old one's folder to go, and has nothing of it.
  expect(await create(client, 'held')).toBe(ErrorCode.NONE);
  expect(await append(client, 'held')).not.toBe(ErrorCode.NONE);
  setHolding(false);
  await expect.poll(() => append(client, 'held'), { timeout: PATIENCE_MS }).toBe(ErrorCode.NONE);
  expect(await endOffset(client, 'held')).toBe(1);
  await brokers.stop(broker);
  // What was put aside is removed by the next start, if this one had no time for it.
  const inUse = readdirSync(broker.directory).filter((name) => !name.endsWith('-delete'));
  expect(inUse.filter((name) => name.startsWith('held'))).toEqual(['held-0']);
});
