import { OperationalError } from '../../base/errors.ts';
import type {
  AssignmentMetadata,
  ConsumerAssignor,
  MemberAssignment,
  MemberSubscription,
  TopicPartition,
} from '../../client/types.ts';
import {
  type AssignmentInfo,
  AssignorError,
  decodeAssignmentInfo,
  encodeAssignmentInfo,
} from './assignment-info.ts';
import { eagerTaskAssignor } from './eager-task-assignor.ts';
import {
  type AssignedTask,
  assignGroup,
  type GroupMember,
  heldTasks,
  type Leader,
} from './group-assignment.ts';
import { hostInfoOf, hostName } from './host-info.ts';
import { decodeMemberData, encodeMemberData } from './member-data.ts';
import { differencesToTell, fingerprintOf, groupShapes, shapeToTell } from './shape-telling.ts';
import type { HostPartitions } from './state-locations.ts';
import { askedToEnd } from './stop-limits.ts';
import {
  ASSIGNMENT_VERSION_MAX,
  ASSIGNMENT_VERSION_MIN,
  decodeSubscriptionInfo,
  encodeSubscriptionInfo,
  type SubscriptionInfo,
} from './subscription-info.ts';
import { leaderOf, type TaskAssignorOptions } from './task-assignor-options.ts';
import type { TopologyShape } from './topology-shape.ts';

/** The assignors of a member: a group chooses the first one that all its members have. */
export function taskAssignors(options: TaskAssignorOptions): readonly ConsumerAssignor[] {
  return [new StreamAssignor(options), eagerTaskAssignor(options)];
}

/**
 * Shares out whole tasks among the members of a group, as Kafka Streams' StreamsPartitionAssignor does, under its name and
 * in its formats (SubscriptionInfo and AssignmentInfo). Only what moves is revoked (KIP-429): it is given to its new member
 * in the rebalance that the old one asks for when it has let go. Who gets what is told at `assignTasks`. After Kafka Streams'
 * own data members tell the fingerprint of what their topology reads, writes and keeps, and one of each topology all of that
 * where there are several (the leader asks for it, and has the group join anew), so that two applications of one id, or two
 * versions of one, are told of each other, and each gets only tasks that it has.
 */
class StreamAssignor implements ConsumerAssignor {
  readonly name = 'stream';
  readonly supportedProtocols = ['cooperative', 'eager'] as const;
  readonly #options: TaskAssignorOptions;
  readonly #leader: Leader;
  #usedVersion = ASSIGNMENT_VERSION_MAX;
  #joins = 0;
  readonly #fingerprint: string;
  /** The leader has asked for the shape. */
  #isToTell = false;
  /** The group has been asked to learn where this member is. */
  #hasAskedForPlace = false;

  constructor(options: TaskAssignorOptions) {
    this.#options = options;
    this.#leader = leaderOf(options);
    this.#fingerprint = fingerprintOf(this.#leader.shape);
  }

  subscriptionUserData(): Buffer {
    const { processId, instance, userEndPoint, taskOffsetSums, asksToEnd } = this.#options;
    return encodeSubscriptionInfo({
      version: this.#usedVersion,
      latestSupportedVersion: ASSIGNMENT_VERSION_MAX,
      processId: processId(),
      userEndPoint,
      taskOffsetSums: taskOffsetSums(),
      uniqueField: (this.#joins++ & 0xff) - 0x80,
      errorCode: asksToEnd?.() === true ? AssignorError.SHUTDOWN_REQUESTED : AssignorError.NONE,
      clientTags: new Map(),
      extension: encodeMemberData({
        fingerprint: this.#fingerprint,
        shape: shapeToTell(this.#leader.shape, { isAsked: this.#isToTell }),
        instance,
      }),
    });
  }

  async assign(
    metadata: AssignmentMetadata,
    subscriptions: readonly MemberSubscription[],
  ): Promise<ReadonlyMap<string, MemberAssignment>> {
    const known = new Map<string, SubscriptionInfo>();
    for (const { memberId, userData } of subscriptions) {
      const info = decodeSubscriptionInfo(userData);
      if (info !== undefined) known.set(memberId, info);
    }
    const infos = [...known.values()];
    const told = [...known].map(([memberId, { extension }]) => ({
      memberId,
      ...decodeMemberData(extension),
    }));
    const group = groupShapes(this.#leader.shape, told);
    const answer = answerIn(infos, subscriptions, group);
    if (infos.some(({ errorCode }) => errorCode === AssignorError.SHUTDOWN_REQUESTED))
      return answer(() => [], { errorCode: AssignorError.SHUTDOWN_REQUESTED });
    const members = subscriptions.flatMap((each) =>
      memberOf(each, known.get(each.memberId), group.shapes.get(each.memberId)),
    );
    if (!group.isComplete || infos.some(({ version }) => version > ASSIGNMENT_VERSION_MAX)) {
      // Version probing (KIP-268): all keep what they have until the newer member has come down to what all know. So they do
      // until a topology has been told of which only the fingerprint is known.
      const held = heldTasks(this.#leader.tasks, members);
      return answer((memberId) => held.get(memberId) ?? [], { hosts: partitionsByHost(held, known) });
    }
    const { tasksOf, meantFor, standbysOf, isWaiting, differences } = await assignGroup(
      members,
      metadata,
      this.#leader,
    );
    return answer((memberId) => tasksOf.get(memberId) ?? [], {
      standbysOf,
      ...(isWaiting ? { prober: this.#proberOf(members) } : {}),
      hosts: partitionsByHost(meantFor, known),
      standbyHosts: partitionsByHost(standbysOf, known),
      differences: differencesToTell([...differences, ...strangers(subscriptions, known)]),
    });
  }

  /** Who asks for a rebalance, and when, in which tasks may move that wait for their state. */
  #proberOf(members: readonly GroupMember[]): Prober {
    const [memberId = ''] = members.map((member) => member.memberId).sort(compare);
    return { memberId, atMs: this.#options.nowMs() + this.#options.probingRebalanceIntervalMs };
  }

  onAssignment({ userData }: MemberAssignment): void {
    const { onEnd, onDifferences, onRejoin, onAssignmentInfo } = this.#options;
    // The coordinator's own answer to a member that the leader did not know of.
    if (!userData || userData.length === 0) return;
    const info = decodeAssignmentInfo(userData);
    if (info === undefined) {
      onEnd?.(assignmentRefused('the leader of the group has answered with what is no assignment of tasks'));
      return;
    }
    if (info.errorCode === AssignorError.SHUTDOWN_REQUESTED) onEnd?.(askedToEnd());
    else if (info.errorCode !== AssignorError.NONE) onEnd?.(assignmentRefused(errorText(info.errorCode)));
    else onAssignmentInfo?.(info);
    const { differences, isToTell } = decodeMemberData(info.extension);
    // A leader of an older build knows no fingerprints, one of Kafka Streams reads none of it.
    this.#isToTell = isToTell ?? info.extension.length > 0;
    if (differences.length > 0) onDifferences?.(differences);
    const version = versionWithin(info.commonlySupportedVersion);
    const isNow = version < this.#usedVersion || this.#isElsewhere(info);
    onRejoin?.(isNow ? 'now' : info.nextRebalanceMs);
    this.#usedVersion = version;
  }

  /**
   * Whether the group knows this member at another address. A static member that comes back gets the assignment that it had, and
   * nobody has looked at what it tells by then: Kafka Streams has the group join anew, too. Once is enough.
   */
  #isElsewhere({ activeTasks, partitionsByHost, standbyPartitionsByHost }: AssignmentInfo): boolean {
    const own = hostInfoOf(this.#options.userEndPoint ?? '');
    if (own === undefined || activeTasks.length === 0 || this.#hasAskedForPlace) return false;
    this.#hasAskedForPlace = [...partitionsByHost, ...standbyPartitionsByHost].every(
      (each) => hostName(each) !== hostName(own),
    );
    return this.#hasAskedForPlace;
  }
}

const versionWithin = (version: number): number =>
  Math.min(ASSIGNMENT_VERSION_MAX, Math.max(ASSIGNMENT_VERSION_MIN, version));

/** What the tasks read that are meant for each instance which says where it can be asked: several members may be of one. */
function partitionsByHost(
  tasksOf: ReadonlyMap<string, readonly AssignedTask[]>,
  known: ReadonlyMap<string, SubscriptionInfo>,
): readonly HostPartitions[] {
  const hosts = new Map<string, HostPartitions>();
  for (const [memberId, tasks] of tasksOf) {
    const host = hostInfoOf(known.get(memberId)?.userEndPoint ?? '');
    if (host === undefined) continue;
    const before = hosts.get(hostName(host))?.partitions ?? [];
    hosts.set(hostName(host), { ...host, partitions: [...before, ...tasks.flatMap(({ inputs }) => inputs)] });
  }
  return [...hosts.values()];
}

/** A member whose data cannot be read is none: it is given nothing. */
function memberOf(
  { memberId, ownedPartitions, generationId }: MemberSubscription,
  info: SubscriptionInfo | undefined,
  shape: TopologyShape | undefined,
): readonly GroupMember[] {
  if (info === undefined) return [];
  const { processId, taskOffsetSums } = info;
  const instance = decodeMemberData(info.extension).instance ?? processId;
  return [{ memberId, processId, instance, taskOffsetSums, shape, ownedPartitions, generationId }];
}

function strangers(
  subscriptions: readonly MemberSubscription[],
  known: ReadonlyMap<string, SubscriptionInfo>,
): readonly string[] {
  return subscriptions
    .filter(({ memberId }) => !known.has(memberId))
    .map(
      ({ memberId }) =>
        `member ${memberId} gets no tasks: what it tells of itself is older than version ${ASSIGNMENT_VERSION_MIN}, or cannot be read`,
    );
}

/** The member that asks for the next rebalance. */
interface Prober {
  readonly memberId: string;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}

type Answer = (
  tasksOf: (memberId: string) => readonly AssignedTask[],
  told?: {
    readonly errorCode?: number;
    readonly differences?: readonly string[];
    readonly standbysOf?: ReadonlyMap<string, readonly AssignedTask[]>;
    readonly prober?: Prober;
    readonly hosts?: readonly HostPartitions[];
    readonly standbyHosts?: readonly HostPartitions[];
  },
) => ReadonlyMap<string, MemberAssignment>;

/** Answers all members in a version that all of them know. */
function answerIn(
  infos: readonly SubscriptionInfo[],
  subscriptions: readonly MemberSubscription[],
  { tellers, isComplete }: ReturnType<typeof groupShapes>,
): Answer {
  const version = versionWithin(Math.min(...infos.map((info) => info.version)));
  const commonlySupportedVersion = versionWithin(
    Math.min(...infos.map((info) => info.latestSupportedVersion)),
  );
  return (tasksOf, told = {}) => {
    const { errorCode = AssignorError.NONE, differences = [] } = told;
    const { standbysOf, prober, hosts = [], standbyHosts = [] } = told;
    return new Map(
      subscriptions.map(({ memberId }) => {
        const isToTell = tellers.has(memberId);
        const given = partitionsOf(tasksOf(memberId));
        const userData = encodeAssignmentInfo({
          version,
          commonlySupportedVersion,
          activeTasks: given.map(({ taskId }) => taskId),
          standbyTasks: new Map(
            (standbysOf?.get(memberId) ?? []).map(({ taskId, inputs }) => [taskId, inputs]),
          ),
          partitionsByHost: hosts,
          standbyPartitionsByHost: standbyHosts,
          errorCode,
          // At once.
          nextRebalanceMs:
            isToTell && !isComplete ? 0 : prober?.memberId === memberId ? prober.atMs : undefined,
          extension: encodeMemberData({ differences, isToTell }),
        });
        return [memberId, { partitions: given.map(({ partition }) => partition), userData }];
      }),
    );
  };
}

/** What tasks read, sorted as both sides do. */
function partitionsOf(
  tasks: readonly AssignedTask[],
): readonly { readonly taskId: string; readonly partition: TopicPartition }[] {
  return tasks
    .flatMap(({ taskId, inputs }) => inputs.map((partition) => ({ taskId, partition })))
    .sort(
      (a, b) =>
        compare(a.partition.topic, b.partition.topic) || a.partition.partition - b.partition.partition,
    );
}

/** As Java compares strings, which is how members of Kafka Streams find out which task a partition belongs to. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function errorText(errorCode: number): string {
  const name = Object.entries(AssignorError).find(([, code]) => code === errorCode)?.[0];
  return `the leader of the group has answered with the error ${name ?? errorCode}; see its logs`;
}

function assignmentRefused(message: string): OperationalError {
  return new OperationalError('ASSIGNMENT_REFUSED', message, { retriable: false });
}
