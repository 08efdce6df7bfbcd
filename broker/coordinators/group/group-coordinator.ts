import { coordinatorPartition } from '../../../src/base/java-hash.ts';
import type { Timer } from '../../../src/base/environment.ts';
import { TimeSlice } from '../../../src/base/time-slice.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../../src/protocol/message.ts';
import type { deleteGroups } from '../../../src/protocol/messages/42-delete-groups.ts';
import type { describeGroups } from '../../../src/protocol/messages/15-describe-groups.ts';
import type { heartbeat } from '../../../src/protocol/messages/12-heartbeat.ts';
import type { joinGroup } from '../../../src/protocol/messages/11-join-group.ts';
import type { leaveGroup } from '../../../src/protocol/messages/13-leave-group.ts';
import type { listGroups } from '../../../src/protocol/messages/16-list-groups.ts';
import type { offsetCommit } from '../../../src/protocol/messages/08-offset-commit.ts';
import type { offsetDelete } from '../../../src/protocol/messages/47-offset-delete.ts';
import type { offsetFetch } from '../../../src/protocol/messages/09-offset-fetch.ts';
import type { syncGroup } from '../../../src/protocol/messages/14-sync-group.ts';
import type { txnOffsetCommit } from '../../../src/protocol/messages/28-txn-offset-commit.ts';
import type { TopicPartition } from '../../../src/protocol/topic-partition.ts';
import type { ClassicGroup } from './classic-group.ts';
import { GROUP_CONFIG_DEFAULTS, type GroupConfig } from './group-config.ts';
import { describeGroup, describeUnknownGroup, listMatchingGroups } from './group-descriptions.ts';
import { GroupJournal } from './group-journal.ts';
import { removeGroup, removeOffsets } from './group-removal.ts';
import type {
  GroupCoordinatorOptions,
  GroupCoordinatorPartitions,
  GroupRequestContext,
  GroupRequests,
  GroupTopics,
} from './group-requests.ts';
import { joinError, syncError, type JoinResult, type SyncResult } from './group-results.ts';
import { GroupShard } from './group-shard.ts';
import { GroupTransactions } from './group-transactions.ts';
import { GroupJoiner, type Join } from './join-group.ts';
import { leaveGroupMember } from './leave-group.ts';
import { commitError, generationError } from './membership-checks.ts';
import { commitOffsets } from './offset-commits.ts';
import { expiredOffsets } from './offset-expiry.ts';
import { fetchOffsets, singleGroupResponse, type AskedTopic } from './offset-fetches.ts';
import type { TransactionMarker } from '../../transactions/marker-batch.ts';
import { Rebalancer } from './rebalance.ts';
import { GroupSyncer } from './sync-group.ts';

/** A group that a request names, or why there is none to work on. */
type Located =
  | { readonly errorCode: typeof ErrorCode.NONE; readonly shard: GroupShard }
  | { readonly errorCode: number; readonly shard: undefined };

/**
 * The coordinator of classic groups (KIP-62, KIP-345, KIP-394) and of their committed offsets.
 *
 * Each partition of `__consumer_offsets` that the broker leads is a {@link GroupShard}. Rebalances run in
 * {@link Rebalancer}; this class finds the group of a request, translates between the wire's versions and the rules,
 * and runs the expiry of offsets.
 */
export class GroupCoordinator implements GroupRequests, GroupCoordinatorPartitions {
  readonly #environment: GroupCoordinatorOptions['environment'];
  readonly #topics: GroupTopics;
  readonly #config: GroupConfig;
  readonly #journal: GroupJournal;
  readonly #rebalancer: Rebalancer;
  readonly #joiner: GroupJoiner;
  readonly #syncer: GroupSyncer;
  readonly #transactions: GroupTransactions;
  readonly #shards = new Map<number, GroupShard>();
  readonly #expiryTimer: Timer;

  constructor(options: GroupCoordinatorOptions) {
    const { environment, log, transactions, topics, config, onError, onTooLarge } = options;
    this.#environment = environment;
    this.#topics = topics;
    this.#config = { ...GROUP_CONFIG_DEFAULTS, ...config };
    this.#journal = new GroupJournal({ log, onTooLarge }, (groupId) => this.partitionFor(groupId));
    const shared = { environment, journal: this.#journal, config: this.#config };
    this.#rebalancer = new Rebalancer({ ...shared, onError });
    this.#joiner = new GroupJoiner({ ...shared, rebalancer: this.#rebalancer });
    this.#syncer = new GroupSyncer(this.#rebalancer);
    this.#transactions = new GroupTransactions({
      environment,
      offsets: transactions,
      topics,
      config: this.#config,
      partitionFor: (groupId) => this.partitionFor(groupId),
      locate: (groupId) => this.#locate(groupId),
    });
    this.#expiryTimer = environment.timers.every(this.#config.offsetsRetentionCheckIntervalMs, () => {
      this.expireOffsets().catch(onError);
    });
  }

  partitionFor(groupId: string): number {
    const count = this.#topics.offsetsTopicPartitions() ?? this.#config.offsetsTopicPartitions;
    return coordinatorPartition(groupId, count);
  }

  /** The groups that this broker coordinates, in no order. */
  *groups(): Iterable<ClassicGroup> {
    for (const shard of this.#shards.values()) if (!shard.isLoading) yield* shard.groups.values();
  }

  async load(partition: number, batches: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void> {
    this.unload(partition);
    const shard = new GroupShard();
    this.#shards.set(partition, shard);
    try {
      for await (const bytes of batches) {
        // The broker may have resigned, or been elected again, while the log was read.
        if (this.#shards.get(partition) !== shard) return;
        shard.replay(bytes);
      }
    } catch (error) {
      shard.hasFailed = true;
      throw error;
    }
    if (this.#shards.get(partition) !== shard) return;
    shard.finishLoading();
    for (const group of shard.groups.values()) {
      for (const member of group.members.values()) this.#rebalancer.sessions.extend(group, member);
      // `group.max.size` may have been lowered since: all may commit and join again, and as many as may be are let in.
      if (group.members.size > this.#config.groupSizeMax) this.#rebalancer.maybePrepare(group);
    }
  }

  unload(partition: number): void {
    const shard = this.#shards.get(partition);
    if (shard === undefined) return;
    this.#shards.delete(partition);
    for (const group of shard.groups.values()) this.#rebalancer.abandon(group, ErrorCode.NOT_COORDINATOR);
  }

  close(): void {
    this.#expiryTimer.cancel();
    for (const shard of this.#shards.values()) {
      for (const group of shard.groups.values()) {
        this.#rebalancer.abandon(group, ErrorCode.COORDINATOR_NOT_AVAILABLE);
      }
    }
    this.#shards.clear();
  }

  /** @param allowEmptyId offsets can be kept under the empty group id; memberships cannot. */
  #locate(groupId: string, options?: { readonly allowEmptyId: boolean }): Located {
    if (groupId === '' && options?.allowEmptyId !== true) {
      return { errorCode: ErrorCode.INVALID_GROUP_ID, shard: undefined };
    }
    return this.#served(this.partitionFor(groupId));
  }

  /** The groups of a partition, where they are served. */
  #served(partition: number): Located {
    const shard = this.#shards.get(partition);
    if (shard === undefined) return { errorCode: ErrorCode.NOT_COORDINATOR, shard: undefined };
    if (shard.hasFailed) return { errorCode: ErrorCode.KAFKA_STORAGE_ERROR, shard: undefined };
    if (shard.isLoading) return { errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, shard: undefined };
    return { errorCode: ErrorCode.NONE, shard };
  }

  async joinGroup(
    request: RequestOf<typeof joinGroup>,
    context: GroupRequestContext,
  ): Promise<ResponseInput<typeof joinGroup>> {
    const result = await new Promise<JoinResult>((resolve) => this.#join(request, context, resolve));
    // Before version 7 the name cannot be null.
    const protocolName = context.version < 7 ? (result.protocolName ?? '') : result.protocolName;
    return { ...result, protocolName };
  }

  #join(
    request: RequestOf<typeof joinGroup>,
    context: GroupRequestContext,
    answer: (result: JoinResult) => void,
  ): void {
    const { groupId, memberId, sessionTimeoutMs, groupInstanceId } = request;
    const { shard, errorCode } = this.#locate(groupId);
    if (shard === undefined) {
      answer(joinError(errorCode, memberId));
      return;
    }
    const { sessionTimeoutMsMin, sessionTimeoutMsMax } = this.#config;
    if (sessionTimeoutMs < sessionTimeoutMsMin || sessionTimeoutMs > sessionTimeoutMsMax) {
      answer(joinError(ErrorCode.INVALID_SESSION_TIMEOUT, memberId));
      return;
    }
    const group =
      memberId === '' ? shard.getOrCreate(groupId, this.#environment.clock.nowMs()) : shard.group(groupId);
    if (group === undefined) {
      answer(joinError(ErrorCode.UNKNOWN_MEMBER_ID, memberId));
      return;
    }
    const join: Join = {
      memberId,
      groupInstanceId,
      sessionTimeoutMs,
      clientId: context.clientId ?? '',
      clientHost: context.clientHost,
      // Version 0 knows one timeout for both.
      rebalanceTimeoutMs: request.rebalanceTimeoutMs < 0 ? sessionTimeoutMs : request.rebalanceTimeoutMs,
      protocolType: request.protocolType,
      // Copies: what the group keeps must not keep the frames of requests alive.
      protocols: request.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) })),
      requireKnownMemberId: context.version >= 4 && groupInstanceId === null,
      supportsSkippingAssignment: context.version >= 9,
    };
    this.#joiner.join(group, join, answer);
  }

  async syncGroup(
    request: RequestOf<typeof syncGroup>,
    context: GroupRequestContext,
  ): Promise<ResponseInput<typeof syncGroup>> {
    return new Promise<SyncResult>((resolve) => {
      // From version 5 on both are mandatory (KIP-559), whatever the group is.
      if (context.version >= 5 && (request.protocolType === null || request.protocolName === null)) {
        resolve(syncError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL));
        return;
      }
      const { shard, errorCode } = this.#locate(request.groupId);
      const group = shard?.group(request.groupId);
      if (group === undefined) {
        // A member that syncs while the group loads is sent to join again.
        const isLoading = errorCode === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
        const unknown = shard === undefined ? errorCode : ErrorCode.UNKNOWN_MEMBER_ID;
        resolve(syncError(isLoading ? ErrorCode.REBALANCE_IN_PROGRESS : unknown));
        return;
      }
      const assignments = new Map(
        request.assignments.map(({ memberId, assignment }) => [memberId, Buffer.from(assignment)]),
      );
      this.#syncer.sync(group, { ...request, assignments }, resolve);
    });
  }

  heartbeat(request: RequestOf<typeof heartbeat>): ResponseInput<typeof heartbeat> {
    return { errorCode: this.#heartbeatError(request) };
  }

  #heartbeatError(request: RequestOf<typeof heartbeat>): number {
    const { shard, errorCode } = this.#locate(request.groupId);
    // While the group loads nobody's session runs.
    if (errorCode === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS) return ErrorCode.NONE;
    if (shard === undefined) return errorCode;
    const group = shard.group(request.groupId);
    if (group === undefined || group.is('Empty')) return ErrorCode.UNKNOWN_MEMBER_ID;
    const error = generationError(group, request);
    if (error !== ErrorCode.NONE) return error;
    this.#rebalancer.sessions.extend(group, group.member(request.memberId));
    return group.is('PreparingRebalance') ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
  }

  leaveGroup(
    request: RequestOf<typeof leaveGroup>,
    context: GroupRequestContext,
  ): Promise<ResponseInput<typeof leaveGroup>> {
    const { shard, errorCode } = this.#locate(request.groupId);
    if (shard === undefined) return Promise.resolve({ errorCode });
    const group = shard.group(request.groupId);
    const leaving =
      context.version >= 3 ? request.members : [{ memberId: request.memberId, groupInstanceId: null }];
    const members = leaving.map(({ memberId, groupInstanceId }) => ({
      memberId,
      groupInstanceId,
      errorCode:
        group === undefined
          ? ErrorCode.UNKNOWN_MEMBER_ID
          : leaveGroupMember(group, { memberId, groupInstanceId }, this.#rebalancer),
    }));
    if (context.version >= 3) return Promise.resolve({ members });
    return Promise.resolve({ errorCode: members[0]?.errorCode ?? ErrorCode.UNKNOWN_MEMBER_ID });
  }

  offsetCommit(
    request: RequestOf<typeof offsetCommit>,
    context: GroupRequestContext,
  ): Promise<ResponseInput<typeof offsetCommit>> {
    return commitOffsets(request, {
      located: this.#locateForCommit(request, context),
      journal: this.#journal,
      topics: this.#topics,
      config: this.#config,
      nowMs: this.#environment.clock.nowMs(),
      version: context.version,
    });
  }

  /** The group to commit to, if the member may; a commit keeps its session alive. */
  #locateForCommit(
    request: RequestOf<typeof offsetCommit>,
    context: GroupRequestContext,
  ): { open(): ClassicGroup } | { readonly errorCode: number } {
    const { groupId, memberId, groupInstanceId, generationIdOrMemberEpoch: generationId } = request;
    const { shard, errorCode } = this.#locate(groupId, { allowEmptyId: true });
    if (shard === undefined) return { errorCode };
    const group = shard.group(groupId);
    if (group === undefined) {
      // A group that does not exist is made for a consumer that only keeps offsets, once there is one to keep.
      if (generationId >= 0) {
        return {
          errorCode: context.version >= 9 ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.ILLEGAL_GENERATION,
        };
      }
      return { open: () => shard.getOrCreate(groupId, this.#environment.clock.nowMs()) };
    }
    const error = commitError(group, { memberId, groupInstanceId, generationId });
    if (error !== ErrorCode.NONE) return { errorCode: error };
    const member = group.members.get(memberId);
    if (member !== undefined) this.#rebalancer.sessions.extend(group, member);
    return { open: () => group };
  }

  txnOffsetCommit(
    request: RequestOf<typeof txnOffsetCommit>,
    context: GroupRequestContext,
  ): Promise<ResponseInput<typeof txnOffsetCommit>> {
    return this.#transactions.commit(request, context.version);
  }

  completeTransaction(
    partition: number,
    marker: TransactionMarker,
    timeoutMs: number,
  ): number | Promise<number> {
    return this.#transactions.complete(partition, this.#served(partition), { marker, timeoutMs });
  }

  offsetFetch(
    request: RequestOf<typeof offsetFetch>,
    context: GroupRequestContext,
  ): ResponseInput<typeof offsetFetch> {
    const { version } = context;
    const { requireStable } = request;
    if (version >= 8) {
      return {
        groups: request.groups.map(({ groupId, topics }) => {
          const { shard, errorCode } = this.#locate(groupId, { allowEmptyId: true });
          return {
            groupId,
            errorCode,
            topics:
              shard === undefined ? [] : this.#fetch({ shard, groupId }, topics, { version, requireStable }),
          };
        }),
      };
    }
    const { shard, errorCode } = this.#locate(request.groupId, { allowEmptyId: true });
    const asked = request.topics?.map((topic) => ({ ...topic, topicId: '' })) ?? null;
    const topics =
      shard === undefined
        ? fetchOffsets(undefined, version < 2 ? asked : [], { topics: this.#topics, version })
        : this.#fetch({ shard, groupId: request.groupId }, asked, { version, requireStable });
    return singleGroupResponse(topics, errorCode, version);
  }

  #fetch(
    { shard, groupId }: { readonly shard: GroupShard; readonly groupId: string },
    asked: readonly AskedTopic[] | null,
    { version, requireStable }: { readonly version: number; readonly requireStable: boolean },
  ): ReturnType<typeof fetchOffsets> {
    const pending = requireStable ? shard.pending : undefined;
    return fetchOffsets(shard.group(groupId), asked, { topics: this.#topics, version, pending });
  }

  describeGroups(
    request: RequestOf<typeof describeGroups>,
    context: GroupRequestContext,
  ): ResponseInput<typeof describeGroups> {
    return {
      groups: request.groups.map((groupId) => {
        const { shard, errorCode } = this.#locate(groupId, { allowEmptyId: true });
        if (shard === undefined) return { groupId, errorCode };
        const group = shard.group(groupId);
        return group === undefined ? describeUnknownGroup(groupId, context.version) : describeGroup(group);
      }),
    };
  }

  listGroups(request: RequestOf<typeof listGroups>): ResponseInput<typeof listGroups> {
    const shards = [...this.#shards.values()];
    const filter = { states: request.statesFilter, types: request.typesFilter };
    return {
      errorCode: shards.some((shard) => shard.isLoading && !shard.hasFailed)
        ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
        : ErrorCode.NONE,
      groups: shards
        .filter((shard) => !shard.isLoading)
        .flatMap((shard) => listMatchingGroups(shard.groups.values(), filter)),
    };
  }

  async deleteGroups(request: RequestOf<typeof deleteGroups>): Promise<ResponseInput<typeof deleteGroups>> {
    const results = await Promise.all(
      [...new Set(request.groupsNames)].map(async (groupId) => ({
        groupId,
        errorCode: await this.#delete(groupId),
      })),
    );
    return { results };
  }

  async #delete(groupId: string): Promise<number> {
    const { shard, errorCode } = this.#locate(groupId, { allowEmptyId: true });
    if (shard === undefined) return errorCode;
    const group = shard.group(groupId);
    if (group === undefined || group.is('Dead')) return ErrorCode.GROUP_ID_NOT_FOUND;
    if (!group.is('Empty')) return ErrorCode.NON_EMPTY_GROUP;
    return this.#remove(shard, group);
  }

  /** From here on the group does not exist, so that nobody joins what is being removed; if that fails, it is back. */
  async #remove(shard: GroupShard, group: ClassicGroup): Promise<number> {
    const { groupId } = group;
    shard.groups.delete(groupId);
    shard.leaving.set(groupId, group);
    const error = await removeGroup({ group, shard }, this.#journal);
    shard.leaving.delete(groupId);
    if (error === ErrorCode.NONE) {
      for (const memberId of group.pendingMembers.keys()) group.removePending(memberId);
    } else if (!shard.groups.has(groupId)) {
      shard.groups.set(groupId, group);
    }
    return error;
  }

  async offsetDelete(request: RequestOf<typeof offsetDelete>): Promise<ResponseInput<typeof offsetDelete>> {
    const { groupId } = request;
    const { shard, errorCode } = this.#locate(groupId);
    if (shard === undefined) return { errorCode };
    const group = shard.group(groupId);
    if (group === undefined || group.is('Dead')) return { errorCode: ErrorCode.GROUP_ID_NOT_FOUND };
    if (!group.is('Empty') && !group.isConsumerGroup) return { errorCode: ErrorCode.NON_EMPTY_GROUP };
    const errorOf = (topic: string, partition: number): number => {
      if (!this.#topics.hasPartition(topic, partition)) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
      return group.isSubscribedTo(topic) ? ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC : ErrorCode.NONE;
    };
    const topics = request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: errorOf(name, partitionIndex),
      })),
    }));
    const doomed = topics.flatMap(({ name, partitions }) =>
      partitions
        .filter((each) => each.errorCode === ErrorCode.NONE)
        .map(({ partitionIndex }) => ({ topic: name, partition: partitionIndex }))
        .filter(({ topic, partition }) => {
          const isCommitted = group.offsets.get(topic, partition) !== undefined;
          return isCommitted || shard.pending.has(groupId, topic, partition);
        }),
    );
    const writeError = await removeOffsets({ group, shard }, doomed, this.#journal);
    return writeError === ErrorCode.NONE ? { topics } : { errorCode: writeError };
  }

  /** Removes what was committed for topics that are gone; what is committed from now on is for new ones of their names. */
  async onTopicsDeleted(topics: readonly string[]): Promise<void> {
    const deleted = new Set(topics);
    const deletedMs = this.#environment.clock.nowMs();
    const removals: Promise<number>[] = [];
    await this.#forEachGroup((group, shard) => {
      const doomed = offsetsOf(group, deleted, deletedMs);
      for (const each of shard.pending.partitionsOf(group.groupId)) {
        const isListed = doomed.some(
          ({ topic, partition }) => topic === each.topic && partition === each.partition,
        );
        if (deleted.has(each.topic) && !isListed) doomed.push(each);
      }
      if (doomed.length > 0) removals.push(removeOffsets({ group, shard }, doomed, this.#journal));
    });
    // What could not be written stays until it expires: the broker that takes over, or the next check, sees to it.
    await Promise.all(removals);
  }

  /** Removes the offsets that have expired, and groups that are empty and have none left. Runs on a timer. */
  async expireOffsets(): Promise<void> {
    const nowMs = this.#environment.clock.nowMs();
    const retentionMs = this.#config.offsetsRetentionMs;
    await this.#forEachGroup(async (group, shard) => {
      if (shard.isLoading) return;
      const { pending } = shard;
      const expired = expiredOffsets(group, { nowMs, retentionMs, pending });
      const error = await removeOffsets({ group, shard }, expired, this.#journal);
      const hasPending = group.offsets.pendingCommits > 0 || pending.hasGroup(group.groupId);
      const isUnused = group.offsets.isEmpty && !hasPending;
      if (error !== ErrorCode.NONE || !isUnused || !group.is('Empty') || group.pendingMembers.size > 0)
        return;
      if (shard.group(group.groupId) === group) await this.#remove(shard, group);
    });
  }

  /** Every group that is served here; there may be tens of thousands, and others have their turn in between. */
  async #forEachGroup(work: (group: ClassicGroup, shard: GroupShard) => void | Promise<void>): Promise<void> {
    const slice = new TimeSlice(this.#environment);
    for (const shard of this.#shards.values()) {
      // A copy: a group that could not be removed is put back, and must not be met again.
      for (const group of Array.from(shard.groups.values())) {
        const working = work(group, shard);
        if (working !== undefined) await working;
        if (slice.isOver) await slice.next();
      }
    }
  }
}

/** What a group had committed for these topics by a time. */
function offsetsOf(group: ClassicGroup, topics: ReadonlySet<string>, untilMs: number): TopicPartition[] {
  const found: TopicPartition[] = [];
  for (const topic of group.offsets.topics()) {
    if (!topics.has(topic)) continue;
    for (const [partition, { commitTimestampMs }] of group.offsets.partitions(topic))
      if (commitTimestampMs <= untilMs) found.push({ topic, partition });
  }
  return found;
}
