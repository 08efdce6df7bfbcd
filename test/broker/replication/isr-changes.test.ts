import { describe, expect, it } from 'vitest';
import { Log } from '../../../broker/log/log.ts';
import { DEFAULT_LOG_CONFIG } from '../../../broker/log/log-config.ts';
import { IsrChanges } from '../../../broker/replication/isr-changes.ts';
import { Partition } from '../../../broker/replication/partition.ts';
import { OperationalError } from '../../../src/base/errors.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { Simulation } from '../../sim/simulation.ts';
import { registrationOf } from './test-partition.ts';

const REGISTRATION = registrationOf({ replicas: [1, 2, 3], isr: [1] });

type Members = readonly { readonly brokerId: number; readonly brokerEpoch: number }[];

describe('changes of the ISR', () => {
  /** A leader with two followers that are out of sync, and a controller that does not answer until it is told to fail. */
  function setUp() {
    const simulation = new Simulation(1);
    const { environment } = simulation.host('broker');
    const sent: Members[] = [];
    let reject: (error: Error) => void = () => {};
    const registered = new Map([
      [2, 8],
      [3, 9],
    ]);
    const changes = new IsrChanges({
      onAssertion: (failure) => {
        throw failure;
      },
      environment,
      logger: silentLogger,
      nodeId: 1,
      brokerEpoch: () => 7,
      brokerEpochOf: (brokerId) => registered.get(brokerId) ?? -1,
      send: ({ topics }) => {
        const members = topics[0]?.partitions[0]?.newIsrWithEpochs ?? [];
        sent.push(members.map(({ brokerId, brokerEpoch }) => ({ brokerId, brokerEpoch })));
        return new Promise((_, fail) => {
          reject = fail;
        });
      },
    });
    const partition = new Partition({
      topic: 't',
      topicId: 'id',
      index: 0,
      log: Log.open({ environment, directory: '/data/t-0', config: DEFAULT_LOG_CONFIG }),
      config: { log: DEFAULT_LOG_CONFIG, minInsyncReplicas: 1 },
      context: {
        nodeId: 1,
        lagMsMax: 1000,
        clock: environment.clock,
        isEligible: () => true,
        brokerEpochOf: (brokerId) => registered.get(brokerId) ?? -1,
      },
      proposeIsr: changes.propose,
    });
    partition.onRegistration(REGISTRATION);
    const fetchFrom = (brokerId: number): void => {
      const follower = partition.leader?.follower(brokerId);
      if (follower === undefined) throw new Error('no follower');
      const brokerEpoch = registered.get(brokerId) ?? -1;
      partition.onFollowerFetch(follower, { fetchOffset: 0, logStartOffset: 0, brokerEpoch });
    };
    const fail = (): void => reject(new OperationalError('TIMED_OUT', 'no answer', { retriable: true }));
    return { simulation, sent, registered, changes, partition, fetchFrom, fail };
  }

  const SELF = { brokerId: 1, brokerEpoch: 7 };
  const SECOND = { brokerId: 2, brokerEpoch: 8 };

  it('does not send a proposal again that the metadata has made void meanwhile', async () => {
    const { simulation, sent, changes, partition, fetchFrom, fail } = setUp();
    fetchFrom(2);
    await simulation.runFor(10);
    expect(sent).toEqual([[SELF, SECOND]]);
    // It was carried out, the answer was lost, and the broker has been fenced since: all that comes with the metadata.
    partition.onRegistration({ ...REGISTRATION, isr: [1, 2], partitionEpoch: 1 });
    partition.onRegistration({ ...REGISTRATION, isr: [1], partitionEpoch: 2 });
    fail();
    await simulation.runFor(1_000);
    expect(sent.length).toBe(1);
    fetchFrom(3);
    await simulation.runFor(10);
    expect(sent.slice(1)).toEqual([[SELF, { brokerId: 3, brokerEpoch: 9 }]]);
    changes.close();
  });

  it('names the incarnation that was caught up, though that broker has been restarted since', async () => {
    const { simulation, sent, registered, changes, fetchFrom, fail } = setUp();
    fetchFrom(2);
    await simulation.runFor(10);
    registered.set(2, 20);
    fail();
    await simulation.runFor(1_000);
    expect(sent).toEqual([
      [SELF, SECOND],
      [SELF, SECOND],
    ]);
    changes.close();
  });
});
