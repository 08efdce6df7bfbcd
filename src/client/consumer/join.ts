import { OperationalError } from '../../base/errors.ts';
import { ErrorCode, errorOf } from '../../protocol/error-codes.ts';
import type { ResponseOf } from '../../protocol/message.ts';
import { joinGroup } from '../../protocol/messages/11-join-group.ts';
import { syncGroup } from '../../protocol/messages/14-sync-group.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { GroupCoordinator } from '../cluster/coordinator.ts';
import type { ConsumerSettings } from '../config/settings.ts';
import { kafkaError } from '../kafka-error.ts';
import type {
  AssignmentMetadata,
  ConsumerAssignor,
  ConsumerGroupMetadata,
  MemberAssignment,
  PartitionInfo,
  TopicPartition,
} from '../types.ts';
import { assignedCounts } from './assigned-counts.ts';
import {
  CONSUMER_PROTOCOL_TYPE,
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from './group-protocol.ts';

interface JoinOptions {
  readonly cluster: Cluster;
  readonly coordinator: GroupCoordinator;
  readonly settings: ConsumerSettings;
  readonly assignors: readonly ConsumerAssignor[];
  readonly topics: readonly string[];
  readonly ownedPartitions: readonly TopicPartition[];
  readonly member: ConsumerGroupMetadata;
  readonly reason: string | null;
  readonly onMemberId: (memberId: string) => void;
  /** The member is in a generation. A leader assigns now, which may take a while: it must send heartbeats meanwhile. */
  readonly onGeneration: (generationId: number, options: { readonly isLeader: boolean }) => void;
}

export interface JoinedGroup {
  readonly assignor: ConsumerAssignor;
  readonly assignment: MemberAssignment;
  /**
   * On the leader: the partition counts that the assignment is based on. Of a static one that comes back they are what is
   * assigned: where partitions were added meanwhile, that is less than there are.
   */
  readonly assignedFrom: ReadonlyMap<string, number> | undefined;
}

type JoinResponse = ResponseOf<typeof joinGroup>;

/** The coordinator answers a join at the latest when the rebalance times out, plus what the network takes. */
const JOIN_GRACE_MS = 5_000;

/**
 * One round of the classic rebalance protocol: JoinGroup, the assignment if this member is the leader, SyncGroup.
 * @throws {OperationalError} with Kafka's error name, such as `REBALANCE_IN_PROGRESS` when the round is overtaken.
 */
export async function joinClassicGroup(options: JoinOptions): Promise<JoinedGroup> {
  const joined = await join(options);
  const assignor = options.assignors.find(({ name }) => name === joined.protocolName);
  if (assignor === undefined) {
    throw new OperationalError(
      'INCONSISTENT_GROUP_PROTOCOL',
      `the group chose the assignor ${String(joined.protocolName)}, which this member did not offer`,
      { retriable: false },
    );
  }
  const isLeader = joined.leader === joined.memberId;
  options.onGeneration(joined.generationId, { isLeader });
  const made = isLeader ? await assignAll(options, assignor, joined) : undefined;
  const call = {
    api: syncGroup,
    body: {
      groupId: options.coordinator.groupId,
      generationId: joined.generationId,
      memberId: joined.memberId,
      groupInstanceId: options.member.groupInstanceId,
      protocolType: CONSUMER_PROTOCOL_TYPE,
      protocolName: joined.protocolName,
      assignments: made?.assignments ?? [],
    },
    timeoutMs: heldTimeoutMs(options.settings),
  };
  const synced = await options.coordinator.send(call, purposeOf(options));
  check(options.coordinator, synced.errorCode);
  const assignment = decodeAssignment(synced.assignment);
  if (!joined.skipAssignment || made === undefined)
    return { assignor, assignment, assignedFrom: made?.assignedFrom };
  const assigned = await assignedCounts(options.coordinator);
  const assignedFrom =
    assigned && new Map(Array.from(made.assignedFrom, ([topic]) => [topic, assigned.get(topic) ?? 0]));
  return { assignor, assignment, assignedFrom: assignedFrom ?? made.assignedFrom };
}

async function join(options: JoinOptions): Promise<JoinResponse> {
  const { coordinator, settings, assignors, topics, ownedPartitions, member } = options;
  let { memberId } = member;
  const protocols = assignors.map((assignor) => ({
    name: assignor.name,
    metadata: encodeSubscription({
      topics,
      ownedPartitions,
      userData: assignor.subscriptionUserData?.(topics) ?? null,
      generationId: member.generationId,
      rackId: settings.clientRack === '' ? null : settings.clientRack,
    }),
  }));
  for (;;) {
    const call = {
      api: joinGroup,
      body: {
        groupId: coordinator.groupId,
        sessionTimeoutMs: settings.sessionTimeoutMs,
        rebalanceTimeoutMs: settings.pollIntervalMsMax,
        memberId,
        groupInstanceId: member.groupInstanceId,
        protocolType: CONSUMER_PROTOCOL_TYPE,
        protocols,
        reason: options.reason,
      },
      timeoutMs: heldTimeoutMs(settings),
    };
    const response = await coordinator.send(call, purposeOf(options));
    if (response.errorCode === ErrorCode.MEMBER_ID_REQUIRED && response.memberId !== memberId) {
      // The id is given before the member counts, so that a join that is repeated makes no ghosts (KIP-394).
      memberId = response.memberId;
      options.onMemberId(memberId);
      continue;
    }
    check(coordinator, response.errorCode);
    options.onMemberId(response.memberId);
    return response;
  }
}

function heldTimeoutMs({ requestTimeoutMs, pollIntervalMsMax }: ConsumerSettings): number {
  return Math.max(requestTimeoutMs, pollIntervalMsMax + JOIN_GRACE_MS);
}

/**
 * The coordinator answers a connection in order, and holds joins and syncs back. A member that goes on with its partitions
 * meanwhile (KIP-429) has offsets to commit, which must not wait behind them; nor must members of other groups.
 */
function purposeOf({ cluster, ownedPartitions }: JoinOptions): 'group' | 'join' {
  return ownedPartitions.length === 0 && !cluster.sharesConnections ? 'group' : 'join';
}

/** The leader's part: everyone's subscription in, everyone's assignment out. */
async function assignAll(
  { cluster }: JoinOptions,
  assignor: ConsumerAssignor,
  joined: JoinResponse,
): Promise<{
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[];
  readonly assignedFrom: ReadonlyMap<string, number>;
}> {
  const subscriptions = joined.members.map((member) => decodeSubscription(member, member.metadata));
  const topics = new Set(subscriptions.flatMap((subscription) => subscription.topics));
  const news = cluster.track(topics);
  if (news || Array.from(topics).some((topic) => cluster.metadata.topic(topic) === undefined))
    await cluster.refresh();
  const countOf = (topic: string): number => cluster.metadata.topic(topic)?.partitions.length ?? 0;
  const assignedFrom = new Map(Array.from(topics, (topic) => [topic, countOf(topic)]));
  // The group knows the assignment already: a static leader came back, and nothing has changed (KIP-814).
  if (joined.skipAssignment) return { assignments: [], assignedFrom };
  const assigned = await assignor.assign(metadataOf(cluster), subscriptions);
  return {
    assignments: subscriptions.map(({ memberId }) => ({
      memberId,
      assignment: encodeAssignment(assigned.get(memberId) ?? { partitions: [] }),
    })),
    assignedFrom,
  };
}

function metadataOf(cluster: Cluster): AssignmentMetadata {
  return {
    partitionCount(topic) {
      const count = cluster.metadata.topic(topic)?.partitions.length ?? 0;
      return count === 0 ? undefined : count;
    },
    partitions(topic) {
      const known = cluster.metadata.topic(topic)?.partitions ?? [];
      return known.map((partition): PartitionInfo => ({ ...partition, topic }));
    },
    rackOf: (nodeId) => cluster.metadata.node(nodeId)?.rack ?? null,
  };
}

function check(coordinator: GroupCoordinator, errorCode: number): void {
  if (errorCode === ErrorCode.NONE) return;
  coordinator.movedBy(errorCode);
  throw kafkaError(errorCode, `group ${coordinator.groupId}`, hintAt(errorCode));
}

/** A group that is too large for its record is told so by no error of its own; the broker's log says it. */
function hintAt(errorCode: number): string | undefined {
  if (errorCode !== ErrorCode.UNKNOWN_SERVER_ERROR) return undefined;
  return (
    `${errorOf(errorCode).message}, as where what the members of the group tell is together larger than ` +
    "max.message.bytes of __consumer_offsets: see the broker's log"
  );
}
