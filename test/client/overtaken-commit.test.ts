import { afterEach, beforeEach, expect, it } from 'vitest';
import { Consumer, nodeEnvironment } from '../../src/client/index.ts';
import { encodeAssignment } from '../../src/client/consumer/group-protocol.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { offsetCommit } from '../../src/protocol/messages/08-offset-commit.ts';
import { offsetFetch } from '../../src/protocol/messages/09-offset-fetch.ts';
import { findCoordinator } from '../../src/protocol/messages/10-find-coordinator.ts';
import { joinGroup } from '../../src/protocol/messages/11-join-group.ts';
import { heartbeat } from '../../src/protocol/messages/12-heartbeat.ts';
import { syncGroup } from '../../src/protocol/messages/14-sync-group.ts';
import { ScriptedBroker } from './scripted-broker.ts';

const PARTITION = { topic: 't', partition: 0 };
const events: string[] = [];
let broker: ScriptedBroker;
let consumer: Consumer;
/** Of the group, as the coordinator has it. */
let generationId: number;
let isRebalancing: boolean;
/** Whether joins are answered. */
let isJoinHeld: boolean;
let commitError: number;
/** Whether the coordinator does not know the member any more. */
let isPutOut: boolean;
const commits: number[] = [];

beforeEach(async () => {
  broker = new ScriptedBroker();
  events.length = 0;
  commits.length = 0;
  generationId = 1;
  isRebalancing = false;
  isJoinHeld = false;
  isPutOut = false;
  commitError = ErrorCode.NONE;
  await broker.start();
  const port = Number(broker.bootstrapServers.split(':')[1]);
  broker.on(findCoordinator, ({ coordinatorKeys }) => ({
    coordinators: coordinatorKeys.map((key) => ({ key, nodeId: 0, host: '127.0.0.1', port })),
  }));
  broker.on(joinGroup, () =>
    isJoinHeld
      ? 'held'
      : {
          generationId,
          protocolType: 'consumer',
          protocolName: 'cooperative-sticky',
          leader: 'other',
          memberId: 'm',
        },
  );
  broker.on(syncGroup, () => {
    isRebalancing = false;
    return { assignment: encodeAssignment({ partitions: [PARTITION] }) };
  });
  broker.on(heartbeat, () => ({
    errorCode: isPutOut
      ? ErrorCode.UNKNOWN_MEMBER_ID
      : isRebalancing
        ? ErrorCode.REBALANCE_IN_PROGRESS
        : ErrorCode.NONE,
  }));
  broker.on(offsetFetch, ({ groups }) => ({
    groups: groups.map(({ groupId }) => ({
      groupId,
      topics: [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset: 5 }] }],
    })),
  }));
  broker.on(offsetCommit, ({ generationIdOrMemberEpoch }) => {
    commits.push(generationIdOrMemberEpoch);
    return {
      topics: [{ name: 't', partitions: [{ partitionIndex: 0, errorCode: commitError }] }],
    };
  });
  consumer = new Consumer({
    environment: nodeEnvironment,
    bootstrapServers: broker.bootstrapServers,
    groupId: 'g',
    assignors: ['cooperative-sticky'],
    autoCommit: false,
    heartbeatIntervalMs: 10,
    requestTimeoutMs: 60_000,
    defaultApiTimeoutMs: 10_000,
    fetchWaitMsMax: 20,
  });
  const note = (what: string) => () => void events.push(what);
  consumer.subscribe(['t'], {
    onAssigned: note('assigned'),
    onRevoked: note('revoked'),
    onLost: note('lost'),
  });
  while (consumer.assignment().length === 0) await consumer.poll(10);
});
afterEach(async () => {
  isJoinHeld = false;
  await consumer.close({ timeoutMs: 100, leaveGroup: false });
  await broker.stop();
});

/** The group rebalances; this member has joined, and its join is held back. */
async function beginRebalance(): Promise<void> {
  const joins = (): number => broker.asked.filter((name) => name.startsWith('JoinGroup')).length;
  const before = joins();
  isJoinHeld = true;
  isRebalancing = true;
  while (joins() === before) await consumer.poll(10);
}

const commit = (): Promise<void> => consumer.commit([{ ...PARTITION, offset: 7 }]);

it('a member commits in its generation while its join is held back', async () => {
  await beginRebalance();
  await commit();
  expect(commits).toEqual([1]);
});

it.each(['ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS'] as const)(
  'a commit that the next generation overtakes, and is answered %s, takes nothing from the member',
  async (code) => {
    await beginRebalance();
    commitError = ErrorCode[code];
    await expect(commit()).rejects.toMatchObject({ code: 'REBALANCE_IN_PROGRESS', retriable: true });
    expect(consumer.groupMetadata()).toMatchObject({ generationId: 1, memberId: 'm' });
    expect(consumer.assignment()).toEqual([PARTITION]);
    for (let i = 0; i < 5; i++) await consumer.poll(10);
    expect(events).toEqual(['assigned']);
  },
);

it('a commit that is refused in a group at rest is one of a member that has been put out', async () => {
  commitError = ErrorCode.ILLEGAL_GENERATION;
  await expect(commit()).rejects.toMatchObject({ code: 'COMMIT_FAILED' });
  generationId = 2;
  commitError = ErrorCode.NONE;
  while (consumer.groupMetadata().generationId !== 2) await consumer.poll(10);
  while (events.length < 3) await consumer.poll(10);
  expect(events).toEqual(['assigned', 'lost', 'assigned']);
  await commit();
  expect(commits).toEqual([1, 2]);
});

it('a member that has been put out commits in transactions as who it was, not as somebody of no generation', async () => {
  isPutOut = true;
  while (
    await commit().then(
      () => true,
      () => false,
    )
  );
  const before = { generationId: 1, memberId: 'm' };
  expect(consumer.groupMetadata()).toMatchObject(before);
  // Its partitions are gone with the next poll, and the records of before are still those of that generation.
  isJoinHeld = true;
  while (!events.includes('lost')) await consumer.poll(10);
  expect(consumer.groupMetadata()).toMatchObject(before);
  await consumer.unsubscribe();
  expect(consumer.groupMetadata()).toMatchObject({ generationId: -1, memberId: '' });
});
