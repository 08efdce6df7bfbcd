import { readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { BrokerConfig } from '../../../broker/config/broker-config.ts';
import { resolveTopicConfig } from '../../../broker/config/topic-config.ts';
import { DEFAULT_LOG_CONFIG, UNLIMITED } from '../../../broker/log/log-config.ts';
import { LogManager } from '../../../broker/log/log-manager.ts';
import {
  HIGH_WATERMARK_CHECKPOINT,
  LOG_START_CHECKPOINT,
  RECOVERY_POINT_CHECKPOINT,
} from '../../../broker/log/offset-checkpoint.ts';
import { MetadataDelta } from '../../../broker/metadata/metadata-delta.ts';
import { ConfigResourceType, EMPTY_IMAGE } from '../../../broker/metadata/metadata-image.ts';
import type { Environment } from '../../../src/base/environment.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { type BrokerConfigInput, TestBrokers } from '../running-broker.ts';
import { makeBatch } from './batches.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAQQ';
const brokers = new TestBrokers();
afterAll(() => brokers.close());

/** Periodic work by its interval, which nothing but the test does. */
function byHand(): { readonly environment: Environment; readonly duties: Map<number, () => void> } {
  const duties = new Map<number, () => void>();
  const timers = {
    ...nodeEnvironment.timers,
    every: (intervalMs: number, duty: () => void) => {
      duties.set(intervalMs, duty);
      return { cancel: () => void duties.delete(intervalMs) };
    },
  };
  return { environment: { ...nodeEnvironment, timers }, duties };
}

it('each checkpoint is written at its own interval, and flush.ms is looked at at its', async () => {
  const { environment, duties } = byHand();
  const directory = temporaryDirectory();
  const manager = LogManager.open({
    environment,
    directory,
    nodeId: 1,
    checkpointIntervalsMs: {
      [RECOVERY_POINT_CHECKPOINT]: 11,
      [LOG_START_CHECKPOINT]: 12,
      [HIGH_WATERMARK_CHECKPOINT]: 13,
    },
    flushCheckIntervalMs: 14,
  });
  manager.start();
  const config = { ...DEFAULT_LOG_CONFIG, flushMs: 0 };
  const log = manager.getOrCreate({ topic: 'a', partition: 0, topicId: TOPIC_ID, config });
  const saysOf = (file: string): string => readFileSync(`${directory}/${file}`, 'utf8').split('\n')[2] ?? '';
  const written = () =>
    [HIGH_WATERMARK_CHECKPOINT, LOG_START_CHECKPOINT, RECOVERY_POINT_CHECKPOINT].map(saysOf);
  await manager.checkpoint();
  expect(written()).toEqual(['a 0 0', 'a 0 0', 'a 0 0']);

  log.appendAsLeader(makeBatch({ records: 4 }), { leaderEpoch: 0 });
  expect(log.recoveryPoint).toBe(0);
  duties.get(14)?.();
  await expect.poll(() => log.recoveryPoint).toBe(4);
  log.setHighWatermark(3);
  log.deleteRecordsBefore(2);
  expect(written()).toEqual(['a 0 0', 'a 0 0', 'a 0 0']);

  duties.get(13)?.();
  await expect.poll(written).toEqual(['a 0 3', 'a 0 0', 'a 0 0']);
  duties.get(12)?.();
  await expect.poll(written).toEqual(['a 0 3', 'a 0 2', 'a 0 0']);
  duties.get(11)?.();
  await expect.poll(written).toEqual(['a 0 3', 'a 0 2', 'a 0 3']);
  // A log that has come since is in each file with that file's next turn, not before.
  manager.getOrCreate({ topic: 'b', partition: 0, topicId: TOPIC_ID, config });
  const names = (file: string) =>
    readFileSync(`${directory}/${file}`, 'utf8').split('\n').slice(2, -1).length;
  duties.get(13)?.();
  await expect.poll(() => names(HIGH_WATERMARK_CHECKPOINT)).toBe(2);
  expect(names(RECOVERY_POINT_CHECKPOINT)).toBe(1);
  duties.get(11)?.();
  await expect.poll(() => names(RECOVERY_POINT_CHECKPOINT)).toBe(2);
  await manager.close();
});

it.each<readonly [BrokerConfigInput, readonly number[]]>([
  [{}, [5_000, 60_000, 1_000]],
  [
    {
      'replica.high.watermark.checkpoint.interval.ms': 4_321,
      'log.flush.offset.checkpoint.interval.ms': 54_321,
      'log.flush.start.offset.checkpoint.interval.ms': 65_432,
      'log.flush.scheduler.interval.ms': 2_345,
    },
    [4_321, 54_321, 65_432, 2_345],
  ],
])('a broker with %o does its work at these intervals', async (config, expected) => {
  const intervals: number[] = [];
  const timers = {
    ...nodeEnvironment.timers,
    every: (intervalMs: number, duty: () => void) => {
      intervals.push(intervalMs);
      return nodeEnvironment.timers.every(intervalMs, duty);
    },
  };
  await brokers.start(config, { environment: { ...nodeEnvironment, timers } });
  expect(intervals).toEqual(expect.arrayContaining([...expected]));
});

it.each<readonly [BrokerConfigInput, Readonly<Record<string, string>>, number]>([
  [{}, {}, UNLIMITED],
  [{ 'log.flush.scheduler.interval.ms': 700 }, {}, 700],
  [{ 'log.flush.scheduler.interval.ms': 700, 'log.flush.interval.ms': 800 }, {}, 800],
  [{ 'log.flush.scheduler.interval.ms': 700, 'log.flush.interval.ms': 800 }, { 'flush.ms': '900' }, 900],
])('under %o with %o a topic is synced after %d ms', (broker, topic, expected) => {
  const delta = new MetadataDelta(EMPTY_IMAGE);
  for (const [name, value] of Object.entries(topic)) {
    const resource = { resourceType: ConfigResourceType.TOPIC, resourceName: 't' };
    delta.replay({ type: 'ConfigRecord', data: { ...resource, name, value } });
  }
  const image = delta.build({ offset: 1, epoch: 0 });
  const config = new BrokerConfig({ config: broker });
  expect(resolveTopicConfig('t', { image, config, nodeId: 1 }).log.flushMs).toBe(expected);
});
