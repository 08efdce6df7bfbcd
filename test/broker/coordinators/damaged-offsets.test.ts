import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import type { Broker } from '../../../broker/broker.ts';
import type { Logger } from '../../../src/base/logger.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { offsetCommit } from '../../../src/protocol/messages/08-offset-commit.ts';
import { offsetFetch } from '../../../src/protocol/messages/09-offset-fetch.ts';
import { findCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { TestBrokers } from '../running-broker.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';

const brokers = new TestBrokers();
afterEach(() => brokers.close());

const PATIENCE = { timeout: PATIENCE_MS };
const ONE_PARTITION = { 'offsets.topic.num.partitions': 1 };

async function commit(broker: Broker, groupId: string, offset: number): Promise<number | undefined> {
  const { topics } = await brokers.to(broker).send(offsetCommit, 8, {
    groupId,
    generationIdOrMemberEpoch: -1,
    topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: offset }] }],
  });
  return topics[0]?.partitions[0]?.errorCode;
}

async function committed(broker: Broker, groupId: string): Promise<readonly [number, number | undefined]> {
  const { errorCode, topics } = await brokers.to(broker).send(offsetFetch, 7, {
    groupId,
    topics: [{ name: 'orders', partitionIndexes: [0] }],
  });
  return [errorCode, topics[0]?.partitions[0]?.committedOffset];
}

it.each([
  ['a record', 70],
  ['a header', 16],
])('a flipped bit in %s of __consumer_offsets is named, and the operator decides', async (_what, at) => {
  const first = await brokers.start(ONE_PARTITION);
  const { directory } = first;
  const client = brokers.to(first);
  await client.send(createTopics, 7, {
    topics: [{ name: 'orders', numPartitions: 1, replicationFactor: 1 }],
  });
  await client.send(findCoordinator, 4, { keyType: 0, coordinatorKeys: ['g0'] });
  await expect.poll(() => commit(first, 'g0', 100), PATIENCE).toBe(ErrorCode.NONE);
  for (let i = 1; i < 400; i++) expect(await commit(first, `g${i}`, 100 + i)).toBe(ErrorCode.NONE);
  await brokers.stop(first);

  const folder = `${directory}/__consumer_offsets-0`;
  const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.log'));
  const bytes = readFileSync(`${folder}/${file}`);
  const victim = [...batchesOf(bytes)][50];
  if (victim === undefined) throw new Error('fifty batches have been written');
  bytes[victim.start + at] = (bytes[victim.start + at] ?? 0) ^ 1;
  writeFileSync(`${folder}/${file}`, bytes);

  const reasons: string[] = [];
  const logger: Logger = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (_message, fields) => void reasons.push(JSON.stringify(fields)),
    child: () => logger,
  };
  const second = await brokers.start({ ...ONE_PARTITION, 'log.dirs': directory }, { logger });
  await expect
    .poll(() => committed(second, 'g1'), PATIENCE)
    .toEqual([ErrorCode.KAFKA_STORAGE_ERROR, undefined]);
  expect(reasons.join('\n')).toMatch(/__consumer_offsets-0 is damaged at offset \d+ \(.*\.log.* byte \d+/);
  expect(reasons.join('\n')).toContain('offsets.load.skip.damage=true');
  await brokers.stop(second);

  const third = await brokers.start({
    ...ONE_PARTITION,
    'log.dirs': directory,
    'offsets.load.skip.damage': true,
  });
  await expect.poll(() => committed(third, 'g1'), PATIENCE).toEqual([ErrorCode.NONE, 101]);
  expect(await committed(third, 'g399')).toEqual([ErrorCode.NONE, 499]);
});
