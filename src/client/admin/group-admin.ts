import { ErrorCode } from '../../protocol/error-codes.ts';
import { decodeVersioned } from '../../protocol/codec.ts';
import { leaveGroup } from '../../protocol/messages/13-leave-group.ts';
import { describeGroups } from '../../protocol/messages/15-describe-groups.ts';
import { listGroups } from '../../protocol/messages/16-list-groups.ts';
import { deleteGroups } from '../../protocol/messages/42-delete-groups.ts';
import { consumerProtocolAssignment } from '../../protocol/records-schemas/consumer-protocol.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { GroupCoordinator } from '../cluster/coordinator.ts';
import { commitOffsets, fetchCommittedOffsets } from '../cluster/group-offsets.ts';
import { kafkaError } from '../kafka-error.ts';
import type {
  BrokerNode,
  GroupDescription,
  GroupListing,
  OffsetAndMetadata,
  TopicPartition,
} from '../types.ts';
import { checkOutcomes } from './admin-error.ts';

/** Members can be named by their instance from here on (KIP-345). */
const LEAVE_BY_INSTANCE_FROM = 3;
/** The states filter exists from here on. */
const STATES_FROM = 4;
const CONSUMER_PROTOCOL_TYPE = 'consumer';

/** Groups whose coordinators a client remembers: what begins or ends a group is several calls, one after the other. */
const COORDINATORS_MAX = 100;
const coordinators = new WeakMap<Cluster, Map<string, GroupCoordinator>>();

/** A group's coordinator, which is asked for when it is not known, or has moved. */
function coordinatorOf(cluster: Cluster, groupId: string): GroupCoordinator {
  const known = coordinators.get(cluster) ?? new Map<string, GroupCoordinator>();
  coordinators.set(cluster, known);
  const coordinator = known.get(groupId) ?? new GroupCoordinator(cluster, groupId);
  known.set(groupId, coordinator);
  const [oldest] = known.keys();
  if (oldest !== undefined && known.size > COORDINATORS_MAX) known.delete(oldest);
  return coordinator;
}

/** Groups live on their coordinators: all brokers are asked. */
export async function listGroupsOn(
  cluster: Cluster,
  states: readonly string[],
  timeoutMs: number,
): Promise<readonly GroupListing[]> {
  return cluster.retry('listing groups', timeoutMs, async () => {
    await cluster.refresh();
    const answers = await Promise.all(
      cluster.metadata.nodes.map(({ id }) =>
        cluster.send(id, 'default', {
          api: listGroups,
          body: (version) => (version >= STATES_FROM ? { statesFilter: states } : {}),
        }),
      ),
    );
    for (const { errorCode } of answers) {
      if (errorCode !== ErrorCode.NONE) throw kafkaError(errorCode, 'listing groups');
    }
    return answers
      .flatMap(({ groups }) => groups)
      .map(({ groupId, protocolType, groupState, groupType }) => ({
        groupId,
        protocolType,
        state: groupState,
        type: groupType,
      }))
      .filter(({ state }) => states.length === 0 || states.includes(state))
      .toSorted((a, b) => (a.groupId < b.groupId ? -1 : 1));
  });
}

export async function describeGroupOn(
  cluster: Cluster,
  groupId: string,
  timeoutMs: number,
): Promise<GroupDescription> {
  const coordinator = coordinatorOf(cluster, groupId);
  return cluster.retry(`describing group ${groupId}`, timeoutMs, async () => {
    const response = await coordinator.send({ api: describeGroups, body: { groups: [groupId] } });
    const group = response.groups[0];
    if (group === undefined) throw kafkaError(ErrorCode.GROUP_ID_NOT_FOUND, `group ${groupId}`);
    coordinator.movedBy(group.errorCode);
    if (group.errorCode !== ErrorCode.NONE) {
      throw kafkaError(group.errorCode, `group ${groupId}`, group.errorMessage);
    }
    const ofConsumers = group.protocolType === CONSUMER_PROTOCOL_TYPE;
    return {
      groupId,
      state: group.groupState,
      protocolType: group.protocolType,
      protocol: group.protocolData,
      members: group.members.map(({ memberId, groupInstanceId, clientId, clientHost, memberAssignment }) => ({
        memberId,
        groupInstanceId,
        clientId,
        clientHost,
        assignment: ofConsumers ? decodeAssignment(memberAssignment) : [],
      })),
      coordinator: nodeOf(cluster, coordinator.nodeId),
    };
  });
}

export async function deleteGroupOn(cluster: Cluster, groupId: string, timeoutMs: number): Promise<void> {
  const coordinator = coordinatorOf(cluster, groupId);
  await cluster.retry(`deleting group ${groupId}`, timeoutMs, async () => {
    const response = await coordinator.send({ api: deleteGroups, body: { groupsNames: [groupId] } });
    for (const { errorCode } of response.results) coordinator.movedBy(errorCode);
    checkOutcomes(
      response.results.map(({ errorCode, errorMessage }) => ({
        subject: `group ${groupId}`,
        errorCode,
        errorMessage,
      })),
    );
  });
}

/** A member by its id, or, where it is a static one, by its instance; the other one is empty. */
type MemberToRemove =
  | { readonly memberId: string; readonly groupInstanceId: null }
  | { readonly memberId: ''; readonly groupInstanceId: string };

/** Lets members leave; no error for one that is not in the group (any more). */
export async function removeMembersOn(
  cluster: Cluster,
  groupId: string,
  members: readonly MemberToRemove[],
  timeoutMs: number,
): Promise<void> {
  const coordinator = coordinatorOf(cluster, groupId);
  await cluster.retry(`removing members of group ${groupId}`, timeoutMs, async () => {
    const response = await coordinator.send({
      api: leaveGroup,
      body: (version) => {
        if (version < LEAVE_BY_INSTANCE_FROM)
          throw kafkaError(ErrorCode.UNSUPPORTED_VERSION, 'LeaveGroup v3');
        return {
          groupId,
          members: members.map((member) => ({ ...member, reason: 'removed by an administrator' })),
        };
      },
    });
    coordinator.movedBy(response.errorCode);
    const outcomes = [
      { subject: `group ${groupId}`, errorCode: response.errorCode },
      ...response.members.map(({ groupInstanceId, memberId, errorCode }) => ({
        subject: `member ${groupInstanceId ?? memberId} of group ${groupId}`,
        errorCode,
      })),
    ];
    checkOutcomes(outcomes.filter(({ errorCode }) => errorCode !== ErrorCode.UNKNOWN_MEMBER_ID));
  });
}

export async function listConsumerGroupOffsetsOn(
  cluster: Cluster,
  groupId: string,
  timeoutMs: number,
): Promise<readonly OffsetAndMetadata[]> {
  const coordinator = coordinatorOf(cluster, groupId);
  return cluster.retry(`reading the offsets of group ${groupId}`, timeoutMs, () =>
    fetchCommittedOffsets(coordinator, null, { requireStable: false }),
  );
}

/** Commits as a client outside of the group, which brokers allow while it has no members. */
export async function alterConsumerGroupOffsetsOn(
  cluster: Cluster,
  groupId: string,
  offsets: readonly OffsetAndMetadata[],
  timeoutMs: number,
): Promise<void> {
  const coordinator = coordinatorOf(cluster, groupId);
  const outsider = { groupId, generationId: -1, memberId: '', groupInstanceId: null };
  await cluster.retry(`altering the offsets of group ${groupId}`, timeoutMs, () =>
    commitOffsets(coordinator, outsider, offsets),
  );
}

function decodeAssignment(bytes: Buffer): readonly TopicPartition[] {
  if (bytes.length === 0) return [];
  const { assignedPartitions } = decodeVersioned(consumerProtocolAssignment, bytes, { lenient: true });
  return assignedPartitions.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({ topic, partition })),
  );
}

function nodeOf(cluster: Cluster, nodeId: number): BrokerNode {
  return cluster.metadata.node(nodeId) ?? { id: nodeId, host: '', port: 0, rack: null };
}
