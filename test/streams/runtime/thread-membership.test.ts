import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Timer } from '../../../src/base/environment.ts';
import { OperationalError } from '../../../src/base/errors.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import type { AssignmentMetadata, KafkaAdmin, MemberSubscription } from '../../../src/client/index.ts';
import { Serdes, StreamsBuilder } from '../../../src/streams/index.ts';
import { AssignorError, encodeAssignmentInfo } from '../../../src/streams/runtime/assignment-info.ts';
import { processIdentityIn } from '../../../src/streams/runtime/process-id.ts';
import { streamsAppSettings } from '../../../src/streams/runtime/streams-app-options.ts';
import { ThreadMembership } from '../../../src/streams/runtime/thread-membership.ts';
import { planTopics } from '../../../src/streams/runtime/topic-plan.ts';

const NOW_MS = 1_000_000;
const metadata: AssignmentMetadata = { partitionCount: () => 2, partitions: () => [], rackOf: () => null };

/** Timers that a test runs by hand. */
interface Scheduled {
  readonly delayMs: number;
  readonly callback: () => void;
}
let scheduled: Scheduled[] = [];
let rejoins: string[] = [];
let folder = '';

beforeEach(() => {
  scheduled = [];
  rejoins = [];
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-membership-'));
  return () => rmSync(folder, { recursive: true });
});

const environment = {
  ...nodeEnvironment,
  clock: { nowMs: () => NOW_MS, monotonicMs: () => NOW_MS },
  timers: {
    ...nodeEnvironment.timers,
    // The only thing that sleeps is the limit of an assignment: it is over at once.
    sleep: () => Promise.resolve(),
    after(delayMs: number, callback: () => void): Timer {
      const one = { delayMs, callback };
      scheduled.push(one);
      return { cancel: () => void (scheduled = scheduled.filter((each) => each !== one)) };
    },
  },
};

const open: ThreadMembership[] = [];
afterEach(() => {
  for (const membership of open.splice(0)) membership.close();
});

function membershipWith(
  listOffsets: KafkaAdmin['listOffsets'] = () => Promise.resolve([]),
  sums: Readonly<Record<string, number>> = {},
): ThreadMembership {
  const builder = new StreamsBuilder();
  const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
  builder.stream('in', strings).groupByKey().count({ storeName: 'counts', keySerde: Serdes.string });
  const topology = builder.build();
  const settings = streamsAppSettings({
    environment,
    applicationId: 'app',
    bootstrapServers: '127.0.0.1:1',
    topology,
    stateDir: folder,
  });
  const membership = new ThreadMembership({
    settings,
    plan: planTopics(topology, 'app', new Map([['in', 2]])),
    admin: { listOffsets },
    processId: () => processIdentityIn(environment, folder).id(),
    taskOffsetSums: () => new Map(Object.entries(sums)),
  });
  membership.attach({ enforceRebalance: (reason = '') => void rejoins.push(reason) });
  open.push(membership);
  return membership;
}

function tell(
  membership: ThreadMembership,
  told: { readonly nextRebalanceMs?: number; readonly errorCode?: number },
): void {
  const userData = encodeAssignmentInfo({
    version: 11,
    commonlySupportedVersion: 11,
    activeTasks: [],
    standbyTasks: new Map(),
    partitionsByHost: [],
    standbyPartitionsByHost: [],
    errorCode: told.errorCode ?? AssignorError.NONE,
    nextRebalanceMs: told.nextRebalanceMs,
    extension: Buffer.alloc(0),
  });
  const group = { groupId: 'app', generationId: 1, memberId: 'm', groupInstanceId: null };
  membership.assignors[0]?.onAssignment?.({ partitions: [], userData }, group);
}

it('asks for the rebalance that the leader has scheduled, unless another assignment comes before', () => {
  const membership = membershipWith();
  tell(membership, { nextRebalanceMs: NOW_MS + 600_000 });
  expect(scheduled.map(({ delayMs }) => delayMs)).toEqual([600_000]);
  scheduled[0]?.callback();
  expect(rejoins).toHaveLength(1);
  tell(membership, { nextRebalanceMs: NOW_MS - 5 });
  expect(scheduled.map(({ delayMs }) => delayMs).at(-1)).toBe(0);
  tell(membership, {});
  membership.close();
  expect(scheduled.filter(({ delayMs }) => delayMs === 0)).toEqual([]);
});

it.each([
  [AssignorError.SHUTDOWN_REQUESTED, 'SHUTDOWN_REQUESTED', 'another instance'],
  [AssignorError.ASSIGNMENT_ERROR, 'ASSIGNMENT_REFUSED', 'ASSIGNMENT_ERROR'],
  [AssignorError.INCOMPLETE_SOURCE_TOPIC_METADATA, 'ASSIGNMENT_REFUSED', 'INCOMPLETE_SOURCE_TOPIC_METADATA'],
  [77, 'ASSIGNMENT_REFUSED', '77'],
])('ends with what the leader says has gone wrong: %i', (errorCode, code, text) => {
  const membership = membershipWith();
  membership.throwFailure();
  tell(membership, { errorCode });
  expect(() => membership.throwFailure()).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(text) as string }),
  );
});

it('ends where the leader answers what is no assignment of tasks', () => {
  const membership = membershipWith();
  const group = { groupId: 'app', generationId: 1, memberId: 'm', groupInstanceId: null };
  membership.assignors[0]?.onAssignment?.({ partitions: [], userData: Buffer.from('nonsense') }, group);
  expect(() => membership.throwFailure()).toThrow('no assignment of tasks');
});

it.each([
  ['never answers', (): Promise<never> => new Promise(() => undefined)],
  [
    'fails',
    (): Promise<never> =>
      Promise.reject(new OperationalError('CLUSTER_UNREACHABLE', 'gone', { retriable: true })),
  ],
])(
  'assigns also where the cluster that is asked for the ends of changelogs %s',
  async (_what, listOffsets) => {
    const leader = membershipWith(listOffsets, { '0_0': 10 });
    const other = membershipWith(listOffsets, { '0_0': 900 });
    const subscriptionOf = (memberId: string, membership: ThreadMembership): MemberSubscription => ({
      memberId,
      topics: ['in'],
      userData: membership.assignors[0]?.subscriptionUserData?.(['in']) ?? null,
      ownedPartitions: [],
      generationId: -1,
      groupInstanceId: null,
      rackId: null,
    });
    const subscriptions = [subscriptionOf('a', leader), subscriptionOf('b', other)];
    const assigned = await leader.assignors[0]?.assign(metadata, subscriptions);
    expect(assigned?.get('a')?.partitions).toHaveLength(1);
    expect(assigned?.get('b')?.partitions).toHaveLength(1);
  },
);
