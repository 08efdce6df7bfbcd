import type { Environment } from '../../../base/environment.ts';
import { messageOf, OperationalError } from '../../../base/errors.ts';
import type { Logger } from '../../../base/logger.ts';
import { GroupMember } from '../../../client/group/group-member.ts';
import {
  chooseLeader,
  decodeAssignment,
  decodeIdentity,
  encodeAssignment,
  encodeIdentity,
  PROTOCOL_NAME,
  PROTOCOL_TYPE,
  type RegistryIdentity,
  urlOf,
} from './identity.ts';

const HEARTBEAT_INTERVAL_MS = 3_000;
const SESSION_TIMEOUT_MS = 10_000;
const REBALANCE_TIMEOUT_MS = 60_000;

/** Who writes: this server, or the one at a URL. */
export type Leader = 'this server' | OtherLeader;

interface OtherLeader {
  readonly url: string;
  readonly memberId: string;
}

interface RegistryGroupOptions {
  readonly environment: Environment;
  readonly bootstrapServers: string;
  /** `schema.registry.group.id` */
  readonly groupId: string;
  readonly identity: RegistryIdentity;
  readonly logger: Logger;
  readonly heartbeatIntervalMs?: number;
  readonly sessionTimeoutMs?: number;
}

/**
 * The registries of a service, of which one writes: a classic group as Confluent's have it, so that either kind can be in it. It only
 * says who should write; that no two do is what the fence of the topic sees to.
 */
export class RegistryGroup {
  readonly #options: RegistryGroupOptions;
  readonly #member: GroupMember;
  /** Undefined before the first round is over, or while the group is lost. */
  #leader: Leader | 'nobody' | undefined;
  /** When a leader was last put out of the group. */
  #missedAtMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;
  readonly #waiting = new Set<() => void>();

  constructor(options: RegistryGroupOptions) {
    this.#options = options;
    const { environment, bootstrapServers, groupId, identity, logger } = options;
    this.#member = new GroupMember({
      environment,
      bootstrapServers,
      clientId: 'millrace-schema-registry',
      groupId,
      protocolType: PROTOCOL_TYPE,
      protocolName: PROTOCOL_NAME,
      metadata: encodeIdentity(identity),
      sessionTimeoutMs: options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS,
      heartbeatIntervalMs: options.heartbeatIntervalMs ?? HEARTBEAT_INTERVAL_MS,
      rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
      assign: (members) => {
        const known = members.map(({ memberId, metadata }) => ({
          memberId,
          identity: decodeIdentity(metadata),
        }));
        const assignment = encodeAssignment(chooseLeader(known));
        return new Map(members.map(({ memberId }) => [memberId, assignment]));
      },
      onAssigned: (bytes, memberId) => this.#onAssigned(bytes, memberId),
      onLost: (error) => {
        logger.warn('the group of schema registries is not reached: joining again', {
          error: messageOf(error),
        });
        this.#set(undefined);
      },
    });
  }

  /** Joins. A group in which nobody is has nobody else who could write before the first round is over. */
  async start(timeoutMs: number): Promise<void> {
    const isAlone = (await this.#member.memberCount(timeoutMs)) === 0;
    if (isAlone && this.#options.identity.isEligible) this.#set('this server');
    this.#member.start();
  }

  /** Whether this server writes, as far as is known now. */
  get isLeader(): boolean {
    return this.#leader === 'this server';
  }

  /**
   * Who writes; waits while nobody knows.
   * @throws {OperationalError} `NO_LEADER` where nobody may, or nobody is known when the time is over.
   */
  async leader(timeoutMs: number): Promise<Leader> {
    const { timers, clock } = this.#options.environment;
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    while (this.#leader === undefined) {
      const leftMs = deadlineMs - clock.monotonicMs();
      if (leftMs <= 0 || this.#isClosed) throw noLeader('no leader is known: the group is not reached');
      const ended = new AbortController();
      const changed = new Promise<void>((resolve) => this.#waiting.add(resolve));
      await Promise.race([changed, timers.sleep(leftMs, ended.signal).catch(() => undefined)]);
      ended.abort();
    }
    if (this.#leader === 'nobody')
      throw noLeader('no server of the group may be its leader (leader.eligibility)');
    return this.#leader;
  }

  /**
   * Says that nobody listens where the leader is: its process has ended, and it is put out of the group, which would wait for the end of
   * its session. One that is there after all comes back, and is left alone for as long as a session.
   */
  async miss({ memberId, url }: OtherLeader): Promise<void> {
    const { environment, sessionTimeoutMs = SESSION_TIMEOUT_MS } = this.#options;
    const nowMs = environment.clock.monotonicMs();
    if (nowMs - this.#missedAtMs >= sessionTimeoutMs) {
      this.#missedAtMs = nowMs;
      await this.#member.remove(memberId, `${url} takes no connection`);
    }
    this.#member.ask();
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#set(undefined);
    return this.#member.close();
  }

  #onAssigned(bytes: Buffer, memberId: string): void {
    const assigned = decodeAssignment(bytes);
    if (assigned === undefined) this.#set('nobody');
    else if (assigned.memberId === memberId) this.#set('this server');
    else this.#set({ url: urlOf(assigned.identity), memberId: assigned.memberId });
  }

  #set(leader: Leader | 'nobody' | undefined): void {
    this.#leader = leader;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

function noLeader(message: string): OperationalError {
  return new OperationalError('NO_LEADER', message, { retriable: true });
}
