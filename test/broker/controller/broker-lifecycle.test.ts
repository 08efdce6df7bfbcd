import { beforeEach, describe, expect, test } from 'vitest';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { electLeaders } from '../../../src/protocol/messages/43-elect-leaders.ts';
import { incrementalAlterConfigs } from '../../../src/protocol/messages/44-incremental-alter-configs.ts';
import { alterPartition } from '../../../src/protocol/messages/56-alter-partition.ts';
import { brokerHeartbeat } from '../../../src/protocol/messages/63-broker-heartbeat.ts';
import { unregisterBroker } from '../../../src/protocol/messages/64-unregister-broker.ts';
import { allocateProducerIds } from '../../../src/protocol/messages/67-allocate-producer-ids.ts';
import { assignReplicasToDirs } from '../../../src/protocol/messages/73-assign-replicas-to-dirs.ts';
import { isLost, LOST_DIRECTORY } from '../../../broker/metadata/lost-replica.ts';
import { ControllerHarness, directoryIdOf } from './controller-harness.ts';

let harness: ControllerHarness;

beforeEach(async () => {
  harness = await ControllerHarness.start();
});

/** One partition of topic `t` with these replicas, in this order. */
async function topic(replicas: readonly number[], minIsr = 1): Promise<void> {
  const response = await harness.send(createTopics, {
    topics: [
      {
        name: 't',
        numPartitions: -1,
        replicationFactor: -1,
        assignments: [{ partitionIndex: 0, brokerIds: replicas }],
        configs: [{ name: 'min.insync.replicas', value: String(minIsr) }],
      },
    ],
    timeoutMs: 1000,
  });
  expect(response.topics[0]?.errorCode).toBe(ErrorCode.NONE);
}

const fence = (id: number) => harness.heartbeat(id, { wantFence: true });

/** The broker's process dies and another comes, which knows the epoch of the last one, or does not. */
async function restartBroker(id: number, how: { readonly clean: boolean; readonly incarnation: number }) {
  const previousBrokerEpoch = how.clean ? (harness.image.brokers.get(id)?.epoch ?? -1) : -1;
  const response = await harness.register(id, { incarnation: how.incarnation, previousBrokerEpoch });
  expect(response.errorCode).toBe(ErrorCode.NONE);
  await harness.heartbeat(id);
}

function epochOf(id: number): number {
  return harness.image.brokers.get(id)?.epoch ?? -1;
}

describe('registration', () => {
  test('gives an epoch, starts fenced, and is unfenced by a heartbeat that has seen it', async () => {
    const { brokerEpoch } = await harness.register(1);
    expect(harness.image.brokers.get(1)).toMatchObject({ epoch: brokerEpoch, fenced: true });
    const behind = { brokerId: 1, brokerEpoch, currentMetadataOffset: brokerEpoch - 1 };
    expect(await harness.send(brokerHeartbeat, behind)).toMatchObject({ isCaughtUp: false, isFenced: true });
    const there = { ...behind, currentMetadataOffset: brokerEpoch };
    expect(await harness.send(brokerHeartbeat, there)).toMatchObject({ isCaughtUp: true, isFenced: false });
    expect(harness.image.brokers.get(1)?.fenced).toBe(false);
  });

  test('of the same process again gives the same epoch', async () => {
    const first = await harness.register(1);
    await harness.heartbeat(1);
    expect((await harness.register(1)).brokerEpoch).toBe(first.brokerEpoch);
    expect(harness.image.brokers.get(1)?.fenced).toBe(false);
  });

  test('of another process waits until the first one is silent', async () => {
    await harness.join(1);
    const second = await harness.register(1, { incarnation: 1 });
    expect(second.errorCode).toBe(ErrorCode.DUPLICATE_BROKER_REGISTRATION);
    await harness.time.run(12_000);
    const third = await harness.register(1, { incarnation: 1 });
    expect(third.errorCode).toBe(ErrorCode.NONE);
    expect(third.brokerEpoch).toBeGreaterThan(0);
  });

  test('a new controller lets a new process in at once', async () => {
    await harness.join(1);
    await harness.restart();
    expect((await harness.register(1, { incarnation: 1 })).errorCode).toBe(ErrorCode.NONE);
  });

  test('an old epoch and an unknown broker are told so', async () => {
    await harness.join(1);
    const old = { brokerId: 1, brokerEpoch: epochOf(1) - 1, currentMetadataOffset: 99 };
    expect((await harness.send(brokerHeartbeat, old)).errorCode).toBe(ErrorCode.STALE_BROKER_EPOCH);
    const unknown = { brokerId: 5, brokerEpoch: 1, currentMetadataOffset: 99 };
    expect((await harness.send(brokerHeartbeat, unknown)).errorCode).toBe(ErrorCode.BROKER_ID_NOT_REGISTERED);
  });
});

describe('a partition whose replicas crashed', () => {
  /** Broker 3 led last and alone; 1 and 2 crashed and are back. */
  async function onlyThreeIsTrusted(): Promise<void> {
    await harness.join(1, 2, 3);
    await topic([3, 1, 2], 2);
    await harness.time.run(12_000);
    // A controller that has just begun lets brokers in before it has found that the earlier processes are gone.
    await harness.restart();
    await restartBroker(1, { clean: false, incarnation: 1 });
    await restartBroker(2, { clean: false, incarnation: 1 });
    for (let i = 0; i < 10; i++) {
      await harness.time.run(2000);
      await harness.heartbeat(1);
      await harness.heartbeat(2);
    }
    expect(harness.partition('t')).toMatchObject({ leader: -1, isr: [], lastKnownElr: [3] });
  }

  test('waits for the last leader, names it, and is led by it when it is back with its disk', async () => {
    await onlyThreeIsTrusted();
    expect(harness.warnings).toEqual([
      expect.stringMatching(
        /no leader: the brokers of "waitFor" .*topic elect TOPIC --unclean.*"t-0".*"waitFor":\[3\]/,
      ),
    ]);
    await restartBroker(3, { clean: false, incarnation: 1 });
    expect(harness.partition('t')).toMatchObject({ leader: 3, isr: [3], recovering: true });
  });

  test('is not led by one that is back with another disk, before somebody decides', async () => {
    await onlyThreeIsTrusted();
    const { errorCode } = await harness.register(3, { incarnation: 1, disk: 77 });
    expect(errorCode).toBe(ErrorCode.NONE);
    await harness.heartbeat(3);
    expect(harness.partition('t')).toMatchObject({ leader: -1, isr: [], elr: [], lastKnownElr: [] });
    for (let i = 0; i < 6; i++) {
      await harness.time.run(2000);
      for (const id of [1, 2, 3]) await harness.heartbeat(id);
    }
    expect(harness.partition('t')).toMatchObject({ leader: -1, isr: [] });
    expect(harness.warnings.at(-1)).toMatch(
      /none is known to have all records.*"partitions":\["t-0"\],"waitFor":\[\]/,
    );
  });
});

describe('fencing', () => {
  test('a silent broker is fenced after its session and its leaderships move', async () => {
    await harness.join(1, 2, 3);
    await topic([1, 2, 3]);
    for (let i = 0; i < 6; i++) {
      await harness.time.run(2000);
      await harness.heartbeat(2);
      await harness.heartbeat(3);
    }
    expect(harness.image.brokers.get(1)?.fenced).toBe(true);
    expect(harness.image.brokers.get(2)?.fenced).toBe(false);
    expect(harness.partition('t')).toMatchObject({
      leader: 2,
      isr: [2, 3],
      leaderEpoch: 1,
      partitionEpoch: 1,
    });
  });

  test('a controlled shutdown moves leaders first and ends when the others know', async () => {
    await harness.join(1, 2);
    await topic([1, 2]);
    expect(await harness.heartbeat(1, { wantShutDown: true })).toMatchObject({ shouldShutDown: false });
    expect(harness.partition('t')).toMatchObject({ leader: 2, isr: [2] });
    // Broker 2 has not replayed that yet.
    expect(await harness.heartbeat(1, { wantShutDown: true })).toMatchObject({ shouldShutDown: false });
    await harness.heartbeat(2);
    expect(await harness.heartbeat(1, { wantShutDown: true })).toMatchObject({ shouldShutDown: true });
    expect(harness.image.brokers.get(1)?.fenced).toBe(true);
  });

  test('the last broker may shut down too, and leads again when it is back', async () => {
    await harness.join(1);
    await topic([1]);
    await harness.heartbeat(1, { wantShutDown: true });
    expect(harness.partition('t')).toMatchObject({ leader: -1, isr: [], elr: [1] });
    expect(await harness.heartbeat(1, { wantShutDown: true })).toMatchObject({ shouldShutDown: true });
    await restartBroker(1, { clean: true, incarnation: 1 });
    expect(harness.partition('t')).toMatchObject({ leader: 1, isr: [1], elr: [], recovering: false });
  });

  test('a single broker that was killed leads again, marked as recovering', async () => {
    await harness.join(1);
    await topic([1]);
    await harness.restart();
    await restartBroker(1, { clean: false, incarnation: 1 });
    expect(harness.partition('t')).toMatchObject({
      leader: 1,
      isr: [1],
      elr: [],
      lastKnownElr: [],
      recovering: true,
    });
  });

  test('an unregistered broker is gone', async () => {
    await harness.join(1, 2);
    await topic([1, 2]);
    await harness.send(unregisterBroker, { brokerId: 1 });
    expect(harness.image.brokers.has(1)).toBe(false);
    expect(harness.partition('t')).toMatchObject({ leader: 2, isr: [2] });
    expect((await harness.send(unregisterBroker, { brokerId: 1 })).errorCode).toBe(
      ErrorCode.BROKER_ID_NOT_REGISTERED,
    );
  });
});

describe('eligible leader replicas (KIP-966)', () => {
  beforeEach(async () => {
    await harness.join(1, 2, 3);
    await topic([1, 2, 3], 2);
  });

  test('who drops out below min ISR stays eligible, and leads when nobody is in sync', async () => {
    await fence(3);
    expect(harness.partition('t')).toMatchObject({ isr: [1, 2], elr: [] });
    await fence(2);
    expect(harness.partition('t')).toMatchObject({ isr: [1], elr: [2], leader: 1 });
    await fence(1);
    expect(harness.partition('t')).toMatchObject({ isr: [], elr: [2, 1], leader: -1, lastKnownElr: [1] });
    await harness.heartbeat(3);
    expect(harness.partition('t').leader).toBe(-1);
    await harness.heartbeat(2);
    expect(harness.partition('t')).toMatchObject({
      isr: [2],
      elr: [1],
      leader: 2,
      lastKnownElr: [],
      recovering: false,
    });
  });

  test('an unclean restart is not elected while another may have all', async () => {
    await fence(3);
    await fence(2);
    await fence(1);
    await restartBroker(2, { clean: false, incarnation: 1 });
    expect(harness.partition('t')).toMatchObject({ isr: [], elr: [1], leader: -1 });
    await restartBroker(1, { clean: true, incarnation: 1 });
    expect(harness.partition('t')).toMatchObject({ isr: [1], leader: 1, recovering: false });
  });

  test('when all were unclean the last leader is elected, as recovering', async () => {
    await fence(3);
    await fence(2);
    await fence(1);
    await restartBroker(2, { clean: false, incarnation: 1 });
    await restartBroker(3, { clean: false, incarnation: 1 });
    expect(harness.partition('t').leader).toBe(-1);
    await restartBroker(1, { clean: false, incarnation: 1 });
    expect(harness.partition('t')).toMatchObject({ isr: [1], elr: [], leader: 1, recovering: true });
  });

  test('another min.insync.replicas forgets who was eligible', async () => {
    await fence(3);
    await fence(2);
    const configs = [{ name: 'min.insync.replicas', configOperation: 0, value: '1' }];
    await harness.send(incrementalAlterConfigs, {
      resources: [{ resourceType: 2, resourceName: 't', configs }],
    });
    expect(harness.partition('t')).toMatchObject({ isr: [1], elr: [] });
  });

  test('without the feature the last in-sync replica stays in the ISR', async () => {
    harness = await ControllerHarness.start({ eligibleLeaderReplicas: false });
    await harness.join(1, 2);
    await topic([1, 2]);
    await fence(2);
    await fence(1);
    expect(harness.partition('t')).toMatchObject({ isr: [1], elr: [], leader: -1, lastKnownElr: [] });
    await harness.heartbeat(2);
    expect(harness.partition('t').leader).toBe(-1);
    await harness.heartbeat(1);
    expect(harness.partition('t')).toMatchObject({ isr: [1], leader: 1, recovering: false });
  });
});

describe('elections', () => {
  const elect = async (electionType: number) => {
    const topicPartitions = [{ topic: 't', partitions: [0] }];
    const response = await harness.send(electLeaders, { electionType, topicPartitions });
    return response.replicaElectionResults[0]?.partitionResult[0]?.errorCode;
  };

  test('give the leadership back to the preferred replica once it is in sync', async () => {
    await harness.join(1, 2);
    await topic([1, 2]);
    expect(await elect(0)).toBe(ErrorCode.ELECTION_NOT_NEEDED);
    await fence(1);
    expect(await elect(0)).toBe(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE);
    await harness.heartbeat(1);
    expect(await elect(0)).toBe(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE);
    await alter(2, [2, 1]);
    expect(await elect(0)).toBe(ErrorCode.NONE);
    expect(harness.partition('t')).toMatchObject({ leader: 1, leaderEpoch: 2 });
  });

  test('are held by themselves every so often', async () => {
    harness = await ControllerHarness.start({ leaderImbalanceCheckIntervalMs: 5000 });
    await harness.join(1, 2);
    await topic([1, 2]);
    await fence(1);
    await harness.heartbeat(1);
    await alter(2, [2, 1]);
    expect(harness.partition('t').leader).toBe(2);
    await harness.time.run(5001);
    expect(harness.partition('t').leader).toBe(1);
  });

  test('go on soon where there are more than are good for one round', async () => {
    harness = await ControllerHarness.start({ leaderImbalanceCheckIntervalMs: 5000 });
    await harness.join(1, 2);
    const assignments = Array.from({ length: 2500 }, (_, partitionIndex) => ({
      partitionIndex,
      brokerIds: [1, 2],
    }));
    await harness.send(createTopics, {
      topics: [{ name: 't', numPartitions: -1, replicationFactor: -1, assignments }],
      timeoutMs: 1000,
    });
    await fence(1);
    await harness.heartbeat(1);
    const led = (): number =>
      harness.image.topicsByName.get('t')?.partitions.count(({ leader }) => leader === 1) ?? 0;
    expect(led()).toBe(0);
    for (let index = 0; index < 2500; index++) await alter(2, [2, 1], { index });
    await harness.time.run(5001);
    expect(led()).toBeGreaterThanOrEqual(1000);
    await harness.time.run(300);
    expect(led()).toBe(2500);
  });

  test('are unclean only when asked for', async () => {
    harness = await ControllerHarness.start({ eligibleLeaderReplicas: false });
    await harness.join(1, 2);
    await topic([1, 2]);
    await fence(2);
    await fence(1);
    await harness.heartbeat(2);
    expect(harness.partition('t').leader).toBe(-1);
    expect(await elect(1)).toBe(ErrorCode.NONE);
    expect(harness.partition('t')).toMatchObject({ leader: 2, isr: [2], recovering: true });
    expect(await elect(1)).toBe(ErrorCode.ELECTION_NOT_NEEDED);
  });
});

interface IsrChange {
  readonly index?: number;
  readonly brokerEpoch?: number;
  readonly leaderEpoch?: number;
  readonly partitionEpoch?: number;
  readonly memberEpoch?: (id: number) => number;
}

/** AlterPartition as the leader `id` would send it. */
async function alter(id: number, isr: readonly number[], change: IsrChange = {}) {
  const partition = harness.partition('t', change.index);
  const memberEpoch = change.memberEpoch ?? epochOf;
  const response = await harness.send(alterPartition, {
    brokerId: id,
    brokerEpoch: change.brokerEpoch ?? epochOf(id),
    topics: [
      {
        topicId: harness.image.topicsByName.get('t')?.id ?? '',
        partitions: [
          {
            partitionIndex: change.index ?? 0,
            leaderEpoch: change.leaderEpoch ?? partition.leaderEpoch,
            partitionEpoch: change.partitionEpoch ?? partition.partitionEpoch,
            newIsrWithEpochs: isr.map((brokerId) => ({ brokerId, brokerEpoch: memberEpoch(brokerId) })),
          },
        ],
      },
    ],
  });
  return response.errorCode === 0 ? response.topics[0]?.partitions[0] : { errorCode: response.errorCode };
}

describe('AlterPartition', () => {
  beforeEach(async () => {
    await harness.join(1, 2, 3);
    await topic([1, 2, 3]);
  });

  test('changes the ISR and answers with the new state', async () => {
    expect(await alter(1, [1, 2])).toMatchObject({
      errorCode: 0,
      leaderId: 1,
      leaderEpoch: 0,
      isr: [1, 2],
      partitionEpoch: 1,
    });
    expect(harness.partition('t')).toMatchObject({ isr: [1, 2], leaderEpoch: 0, partitionEpoch: 1 });
    expect(await alter(1, [1, 2, 3])).toMatchObject({ errorCode: 0, isr: [1, 2, 3], partitionEpoch: 2 });
  });

  test.each<[string, () => ReturnType<typeof alter>, number]>([
    ['another broker epoch', () => alter(1, [1], { brokerEpoch: 0 }), ErrorCode.STALE_BROKER_EPOCH],
    ['a follower', () => alter(2, [2]), ErrorCode.INVALID_REQUEST],
    ['an ISR without its leader', () => alter(1, [2]), ErrorCode.INVALID_REQUEST],
    ['a stranger in the ISR', () => alter(1, [1, 9], { memberEpoch: () => -1 }), ErrorCode.INVALID_REQUEST],
    ['a later leader epoch', () => alter(1, [1], { leaderEpoch: 1 }), ErrorCode.NOT_CONTROLLER],
    ['a later partition epoch', () => alter(1, [1], { partitionEpoch: 1 }), ErrorCode.NOT_CONTROLLER],
    [
      'a member of another epoch',
      () => alter(1, [1, 2], { memberEpoch: (id) => epochOf(id) - (id - 1) }),
      ErrorCode.INELIGIBLE_REPLICA,
    ],
  ])('refuses %s', async (_what, ask, errorCode) => {
    const before = harness.image;
    expect(await ask()).toMatchObject({ errorCode });
    expect(harness.image).toBe(before);
  });

  test('refuses what comes late, and who is fenced', async () => {
    await alter(1, [1, 2]);
    expect(await alter(1, [1], { partitionEpoch: 0 })).toMatchObject({
      errorCode: ErrorCode.INVALID_UPDATE_VERSION,
    });
    await fence(3);
    expect(await alter(1, [1, 2, 3])).toMatchObject({ errorCode: ErrorCode.INELIGIBLE_REPLICA });
    await fence(1);
    expect(await alter(1, [1], { leaderEpoch: 0 })).toMatchObject({
      errorCode: ErrorCode.FENCED_LEADER_EPOCH,
    });
  });

  test('a recovered leader says so, and its ISR may grow', async () => {
    harness = await ControllerHarness.start({ eligibleLeaderReplicas: false });
    await harness.join(1, 2);
    await topic([1, 2]);
    await fence(2);
    await fence(1);
    await harness.heartbeat(2);
    await harness.send(electLeaders, { electionType: 1, topicPartitions: null });
    expect(harness.partition('t').recovering).toBe(true);
    await alter(2, [2]);
    expect(harness.partition('t')).toMatchObject({ recovering: false, leaderEpoch: 2 });
  });
});

describe('AssignReplicasToDirs (KIP-858)', () => {
  beforeEach(async () => {
    await harness.join(1, 2, 3);
    await topic([1, 2, 3]);
  });

  async function assign(id: number, directory: string, index = 0): Promise<number | undefined> {
    const response = await harness.send(assignReplicasToDirs, {
      brokerId: id,
      brokerEpoch: epochOf(id),
      directories: [
        {
          id: directory,
          topics: [
            {
              topicId: harness.image.topicsByName.get('t')?.id ?? '',
              partitions: [{ partitionIndex: index }],
            },
          ],
        },
      ],
    });
    return response.errorCode === 0
      ? response.directories[0]?.topics[0]?.partitions[0]?.errorCode
      : response.errorCode;
  }

  test('takes ISR, ELR and lead from a lost replica, and no election chooses it', async () => {
    expect(await assign(1, LOST_DIRECTORY)).toBe(0);
    expect(harness.partition('t')).toMatchObject({ leader: 2, isr: [2, 3], elr: [] });
    expect(isLost(harness.partition('t'), 1)).toBe(true);
    expect(await assign(3, LOST_DIRECTORY)).toBe(0);
    // The last one that is in sync leaves, too: nobody leads what nobody can open, and the log names whom that waits for.
    expect(await assign(2, LOST_DIRECTORY)).toBe(0);
    expect(harness.partition('t')).toMatchObject({ leader: -1, isr: [], elr: [], lastKnownElr: [2] });
    for (let i = 0; i < 10; i++) {
      await harness.time.run(2000);
      for (const id of [1, 2, 3]) await harness.heartbeat(id);
    }
    expect(harness.partition('t').leader).toBe(-1);
    expect(harness.warnings.at(-1)).toMatch(
      /no leader.*cannot open the log.*topic elect TOPIC --unclean.*"waitFor":\[2\]/,
    );
    // Mended, it leads again.
    expect(await assign(2, directoryIdOf(2))).toBe(0);
    expect(harness.partition('t')).toMatchObject({ leader: 2, isr: [2], recovering: true });
  });

  test('an unclean election leaves out who has nothing, as long as another has something', async () => {
    await assign(1, LOST_DIRECTORY);
    await assign(3, LOST_DIRECTORY);
    await fence(2);
    expect(harness.partition('t').leader).toBe(-1);
    const unclean = async () => {
      const request = {
        electionType: 1,
        topicPartitions: [{ topic: 't', partitions: [0] }],
        timeoutMs: 1000,
      };
      const { replicaElectionResults } = await harness.send(electLeaders, request);
      return replicaElectionResults[0]?.partitionResult[0]?.errorCode;
    };
    expect(await unclean()).toBe(ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE);
    await harness.heartbeat(2);
    expect(harness.partition('t').leader).toBe(2);
    // Nobody has anything: then the partition begins with what the chosen one can open.
    await assign(2, LOST_DIRECTORY);
    expect(await unclean()).toBe(0);
    expect(harness.partition('t')).toMatchObject({ leader: 1, isr: [1], recovering: true });
    expect(isLost(harness.partition('t'), 1)).toBe(false);
    expect(isLost(harness.partition('t'), 3)).toBe(true);
  });

  test('a lost replica is whole when its leader finds it in sync', async () => {
    await assign(3, LOST_DIRECTORY);
    expect(await alter(1, [1, 2, 3])).toMatchObject({ errorCode: 0, isr: [1, 2, 3] });
    expect(isLost(harness.partition('t'), 3)).toBe(false);
  });

  test('a broker that is back with another disk has lost its replicas', async () => {
    await harness.time.run(20_000);
    await harness.restart();
    await harness.register(3, { incarnation: 1, disk: 77 });
    expect(isLost(harness.partition('t'), 3)).toBe(true);
    expect(isLost(harness.partition('t'), 1)).toBe(false);
  });

  test('refuses other epochs, directories and replicas', async () => {
    const before = harness.image;
    expect(await assign(2, directoryIdOf(99))).toBe(ErrorCode.LOG_DIR_NOT_FOUND);
    expect(await assign(2, LOST_DIRECTORY, 7)).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    expect(await assign(9, LOST_DIRECTORY)).toBe(ErrorCode.STALE_BROKER_EPOCH);
    expect(harness.image).toBe(before);
    await harness.join(4);
    expect(await assign(4, LOST_DIRECTORY)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  });
});

test('producer ids come in blocks that nobody gets twice, over restarts too', async () => {
  await harness.join(1);
  const allocate = () => harness.send(allocateProducerIds, { brokerId: 1, brokerEpoch: epochOf(1) });
  expect(await allocate()).toMatchObject({ producerIdStart: 0, producerIdLen: 1000 });
  expect(await allocate()).toMatchObject({ producerIdStart: 1000 });
  await harness.restart();
  expect(await allocate()).toMatchObject({ producerIdStart: 2000 });
  const stale = await harness.send(allocateProducerIds, { brokerId: 1, brokerEpoch: 0 });
  expect(stale.errorCode).toBe(ErrorCode.STALE_BROKER_EPOCH);
});
