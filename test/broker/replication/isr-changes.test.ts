import { describe, expect, it } from 'vitest';
import { Log } from '../../../broker/log/log.ts';
import { DEFAULT_LOG_CONFIG } from '../../../broker/log/log-config.ts';
import type { PartitionRegistration } from '../../../broker/metadata/metadata-image.ts';
import { IsrChanges } from '../../../broker/replication/isr-changes.ts';
import { Partition } from '../../../broker/replication/partition.ts';
import { OperationalError } from '../../../src/base/errors.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { Simulation } from '../../sim/simulation.ts';

const REGISTRATION: PartitionRegistration = {
  replicas: [1, 2, 3],
  directories: [],
  isr: [1],
  addingReplicas: [],
  removingReplicas: [],
  elr: [],
  lastKnownElr: [],
  leader: 1,
  leaderEpoch: 0,
  partitionEpoch: 0,
  recovering: false,
};

describe('changes of the ISR', () => {
  it('does not send a proposal again that the metadata has made void meanwhile', async () => {
    const simulation = new Simulation(1);
    const { environment } = simulation.host('broker');
    const sent: number[][] = [];
    let fail: (error: Error) => void = () => {};
    const changes = new IsrChanges({
      environment,
      logger: silentLogger,
      nodeId: 1,
      brokerEpoch: () => 7,
      brokerEpochOf: () => 8,
      send: ({ topics }) => {
        sent.push(topics[0]?.partitions[0]?.newIsrWithEpochs.map(({ brokerId }) => brokerId) ?? []);
        return new Promise((_, reject) => {
          fail = reject;
        });
      },
    });
    const partition = new Partition({
      topic: 't',
      topicId: 'id',
      index: 0,
      log: Log.open({ environment, directory: '/data/t-0', config: DEFAULT_LOG_CONFIG }),
      config: { log: DEFAULT_LOG_CONFIG, minInsyncReplicas: 1 },
      context: { nodeId: 1, lagMsMax: 1000, clock: environment.clock, isEligible: () => true },
      proposeIsr: changes.propose,
    });
    const fetchFrom = (brokerId: number): void => {
      const follower = partition.leader?.follower(brokerId);
      if (follower === undefined) throw new Error('no follower');
      partition.onFollowerFetch(follower, { fetchOffset: 0, logStartOffset: 0, brokerEpoch: 8 });
    };
    partition.onRegistration(REGISTRATION);
    fetchFrom(2);
    await simulation.runFor(10);
    expect(sent).toEqual([[1, 2]]);
    // It was carried out, the answer was lost, and the broker has been fenced since: all that comes with the metadata.
    partition.onRegistration({ ...REGISTRATION, isr: [1, 2], partitionEpoch: 1 });
    partition.onRegistration({ ...REGISTRATION, isr: [1], partitionEpoch: 2 });
    fail(new OperationalError('TIMED_OUT', 'no answer', { retriable: true }));
    await simulation.runFor(1_000);
    expect(sent).toEqual([[1, 2]]);
    fetchFrom(3);
    await simulation.runFor(10);
    expect(sent).toEqual([
      [1, 2],
      [1, 3],
    ]);
    changes.close();
  });
});
