import { OperationalError } from '../../base/errors.ts';
import { ErrorCode } from '../../protocol/error-codes.ts';
import type { ResponseOf } from '../../protocol/message.ts';
import { joinGroup } from '../../protocol/messages/11-join-group.ts';
import { heartbeat } from '../../protocol/messages/12-heartbeat.ts';
import { syncGroup } from '../../protocol/messages/14-sync-group.ts';
import { describeGroups } from '../../protocol/messages/15-describe-groups.ts';
import { Cluster } from '../cluster/cluster.ts';
import { GroupCoordinator } from '../cluster/coordinator.ts';
import { adminSettings } from '../config/settings.ts';
import { leaveGroup } from '../consumer/leave-group.ts';
import { kafkaError } from '../kafka-error.ts';
import type { AdminOptions } from '../types.ts';

/** A member as the leader of a round sees it. */
interface GroupMemberInfo {
  readonly memberId: string;
  /** What it has said of itself, as its protocol has it. */
  readonly metadata: Buffer;
}

interface GroupMemberOptions extends Pick<AdminOptions, 'bootstrapServers' | 'environment' | 'clientId'> {
  readonly groupId: string;
  /** Kafka Connect's is `connect`, the schema registry's `sr`. */
  readonly protocolType: string;
  readonly protocolName: string;
  /** What this member says of itself. */
  readonly metadata: Buffer;
  /** A member that is silent for as long is put out of the group. */
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** How long a round waits for members. */
  readonly rebalanceTimeoutMs: number;
  /** Called on the leader of a round with all members; what each of them gets. */
  readonly assign: (members: readonly GroupMemberInfo[]) => ReadonlyMap<string, Buffer>;
  readonly onAssigned: (assignment: Buffer, memberId: string) => void;
  /** What was assigned does not hold any more. Called again with each failure until something is assigned. */
  readonly onLost: (why: unknown) => void;
}

type JoinResponse = ResponseOf<typeof joinGroup>;

/** The coordinator answers at the latest when the rebalance times out, plus what the network takes. */
const JOIN_GRACE_MS = 5_000;
const RETRY_MS = 200;
const REMOVE_MS_MAX = 1_000;
/** A new round has begun, or this member is not of the group any more: it joins again. */
const REJOIN: ReadonlySet<string> = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'MEMBER_ID_REQUIRED',
]);

/**
 * A member of a classic group of any protocol type: joins, assigns where it leads a round, and stays by heartbeats (the group
 * membership protocol of KIP-62, KIP-394). It goes on by itself until it is closed.
 */
export class GroupMember {
  readonly #options: GroupMemberOptions;
  readonly #cluster: Cluster;
  readonly #coordinator: GroupCoordinator;
  readonly #closing = new AbortController();
  #memberId = '';
  #generationId = -1;
  #loop: Promise<void> = Promise.resolve();
  /** Ends the pause before the next heartbeat. */
  #beatNow = new AbortController();

  constructor(options: GroupMemberOptions) {
    const { bootstrapServers, environment, clientId, groupId } = options;
    const settings = adminSettings({
      bootstrapServers,
      ...(environment === undefined ? {} : { environment }),
      ...(clientId === undefined ? {} : { clientId }),
    });
    this.#options = options;
    this.#cluster = new Cluster({ settings, allowAutoTopicCreation: false });
    this.#coordinator = new GroupCoordinator(this.#cluster, groupId);
  }

  /** Joins, and stays in the group from then on. */
  start(): void {
    this.#loop = this.#run();
  }

  /** Asks the coordinator now whether the group has changed, and not when the next heartbeat is due. */
  ask(): void {
    this.#beatNow.abort();
  }

  /**
   * Puts a member out of the group that is known to be dead: the others would wait for the end of its session. One that lives after
   * all joins again.
   */
  async remove(memberId: string, reason: string): Promise<void> {
    const member = { groupId: this.#options.groupId, memberId, generationId: -1, groupInstanceId: null };
    await leaveGroup(this.#coordinator, member, { reason, timeoutMs: REMOVE_MS_MAX });
  }

  /** How many members the group has now. @throws {OperationalError} where it cannot be told within the time. */
  memberCount(timeoutMs: number): Promise<number> {
    const { groupId } = this.#options;
    return this.#cluster.retry(`describing the group ${groupId}`, timeoutMs, async () => {
      const { groups } = await this.#coordinator.send({ api: describeGroups, body: { groups: [groupId] } });
      const [group] = groups;
      if (group === undefined || group.errorCode === ErrorCode.GROUP_ID_NOT_FOUND) return 0;
      this.#check(group.errorCode);
      return group.members.length;
    });
  }

  /** Leaves the group. */
  async close(): Promise<void> {
    this.#closing.abort();
    const { groupId, sessionTimeoutMs } = this.#options;
    if (this.#memberId !== '') {
      const member = {
        groupId,
        memberId: this.#memberId,
        generationId: this.#generationId,
        groupInstanceId: null,
      };
      const timeoutMs = Math.min(1_000, sessionTimeoutMs);
      await leaveGroup(this.#coordinator, member, { reason: 'the server shuts down', timeoutMs });
    }
    await this.#cluster.close();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { timers } = this.#cluster.environment;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        if (!this.#cluster.known) await this.#cluster.refresh();
        const assignment = await this.#sync(await this.#join());
        if (signal.aborted) return;
        this.#options.onAssigned(assignment, this.#memberId);
        await this.#stay();
      } catch (error) {
        if (signal.aborted) return;
        const code = error instanceof OperationalError ? error.code : '';
        if (code === 'UNKNOWN_MEMBER_ID') this.#memberId = '';
        // A round that begins anew leaves what was assigned as it is, until it is over.
        if (code === 'REBALANCE_IN_PROGRESS') continue;
        this.#options.onLost(error);
        if (!REJOIN.has(code)) await timers.sleep(RETRY_MS, signal).catch(() => undefined);
      }
    }
  }

  async #join(): Promise<JoinResponse> {
    const { protocolType, protocolName, metadata, sessionTimeoutMs, rebalanceTimeoutMs } = this.#options;
    for (;;) {
      const response = await this.#coordinator.send(
        {
          api: joinGroup,
          body: {
            groupId: this.#options.groupId,
            sessionTimeoutMs,
            rebalanceTimeoutMs,
            memberId: this.#memberId,
            groupInstanceId: null,
            protocolType,
            protocols: [{ name: protocolName, metadata }],
            reason: null,
          },
          timeoutMs: rebalanceTimeoutMs + JOIN_GRACE_MS,
        },
        'join',
      );
      if (response.errorCode === ErrorCode.MEMBER_ID_REQUIRED && response.memberId !== this.#memberId) {
        // The id is given before the member counts, so that a join that is repeated makes no ghosts.
        this.#memberId = response.memberId;
        continue;
      }
      this.#check(response.errorCode);
      this.#memberId = response.memberId;
      this.#generationId = response.generationId;
      return response;
    }
  }

  async #sync({ leader, members, protocolName }: JoinResponse): Promise<Buffer> {
    const { groupId, protocolType, assign, rebalanceTimeoutMs } = this.#options;
    const assigned = leader === this.#memberId ? assign(members) : new Map<string, Buffer>();
    const response = await this.#coordinator.send(
      {
        api: syncGroup,
        body: {
          groupId,
          generationId: this.#generationId,
          memberId: this.#memberId,
          groupInstanceId: null,
          protocolType,
          protocolName,
          assignments: Array.from(assigned, ([memberId, assignment]) => ({ memberId, assignment })),
        },
        timeoutMs: rebalanceTimeoutMs + JOIN_GRACE_MS,
      },
      'join',
    );
    this.#check(response.errorCode);
    return response.assignment;
  }

  /** Sends heartbeats until the group wants something else, or the session is over without an answer. */
  async #stay(): Promise<void> {
    const { groupId, heartbeatIntervalMs, sessionTimeoutMs } = this.#options;
    const { timers, clock } = this.#cluster.environment;
    let heardAtMs = clock.monotonicMs();
    for (;;) {
      this.#beatNow = new AbortController();
      const signal = AbortSignal.any([this.#closing.signal, this.#beatNow.signal]);
      await timers.sleep(heartbeatIntervalMs, signal).catch(() => this.#closing.signal.throwIfAborted());
      const body = {
        groupId,
        generationId: this.#generationId,
        memberId: this.#memberId,
        groupInstanceId: null,
      };
      try {
        const { errorCode } = await this.#coordinator.send({
          api: heartbeat,
          body,
          timeoutMs: sessionTimeoutMs,
        });
        this.#check(errorCode);
        heardAtMs = clock.monotonicMs();
      } catch (error) {
        const isPassing = error instanceof OperationalError && error.retriable && !REJOIN.has(error.code);
        if (!isPassing || clock.monotonicMs() - heardAtMs >= sessionTimeoutMs) throw error;
      }
    }
  }

  #check(errorCode: number): void {
    if (errorCode === ErrorCode.NONE) return;
    this.#coordinator.movedBy(errorCode);
    throw kafkaError(errorCode, `group ${this.#options.groupId}`);
  }
}
