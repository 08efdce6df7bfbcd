import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { groupCommand } from '../../cli/group.ts';
import { Consumer, nodeEnvironment } from '../../src/client/index.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { listOffsets } from '../../src/protocol/messages/02-list-offsets.ts';
import { offsetFetch } from '../../src/protocol/messages/09-offset-fetch.ts';
import { findCoordinator } from '../../src/protocol/messages/10-find-coordinator.ts';
import { describeGroups } from '../../src/protocol/messages/15-describe-groups.ts';
import { PATIENCE_MS } from '../setup/patience.ts';
import { ScriptedBroker } from './scripted-broker.ts';

/** Our own brokers refuse to store such an offset; Apache Kafka does not. */
describe.each([2n ** 53n, 10n ** 18n, 2n ** 63n - 1n])('a group that has committed %d', (committedOffset) => {
  let broker = new ScriptedBroker();

  beforeEach(async () => {
    broker = new ScriptedBroker();
    await broker.start();
    broker.on(findCoordinator, () => ({
      coordinators: [
        { key: 'g', nodeId: 0, host: '127.0.0.1', port: Number(broker.bootstrapServers.split(':')[1]) },
      ],
    }));
    broker.on(offsetFetch, () => ({
      groups: [
        {
          groupId: 'g',
          topics: [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset, metadata: '' }] }],
        },
      ],
    }));
    broker.on(listOffsets, () => ({
      topics: [{ name: 't', partitions: [{ partitionIndex: 0, offset: 3, timestamp: -1 }] }],
    }));
    broker.on(describeGroups, () => ({
      groups: [{ groupId: 'g', groupState: 'Empty', protocolType: 'consumer' }],
    }));
  });
  afterEach(() => broker.stop());

  it('is read from where its policy says', async () => {
    const asked: number[] = [];
    broker.on(fetch, ({ topics }) => {
      asked.push(topics[0]?.partitions[0]?.fetchOffset ?? -1);
      return undefined;
    });
    const consumer = new Consumer({
      environment: nodeEnvironment,
      bootstrapServers: broker.bootstrapServers,
      groupId: 'g',
      autoCommit: false,
      autoOffsetReset: 'earliest',
    });
    try {
      consumer.assign([{ topic: 't', partition: 0 }]);
      await vi.waitFor(
        async () => {
          await consumer.poll(50);
          expect(asked[0]).toBe(3);
        },
        { timeout: PATIENCE_MS },
      );
    } finally {
      await consumer.close();
    }
  });

  it('is described', async () => {
    const written: string[] = [];
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    try {
      await groupCommand().parseAsync(['describe', 'g', '--json', '--bootstrap', broker.bootstrapServers], {
        from: 'user',
      });
    } finally {
      write.mockRestore();
    }
    expect(JSON.parse(written.join(''))).toMatchObject({
      totalLag: 0,
      partitions: [{ topic: 't', committed: `~${Number(committedOffset)}`, end: 3, lag: null }],
    });
  });
});
