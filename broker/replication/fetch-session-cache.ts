import type { Clock, Random } from '../../src/base/environment.ts';
import { type FetchedPartition, FetchSession } from './fetch-session.ts';

/** A session that was not used for so long gives its place to any other; one that is as old may be crowded out. */
const EVICTION_MS = 120_000;
/** Said to a reader that gets no session. */
export const NO_SESSION = 0;
const SESSION_ID_MAX = 2 ** 31 - 1;

interface FetchSessionCacheOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** `max.incremental.fetch.session.cache.slots` */
  readonly slots: number;
}

/** What decides which of two sessions is worth more. */
type Worth = Pick<FetchSession, 'isFollower' | 'size' | 'id'>;

/**
 * The fetch sessions of a broker. There are so many slots; when all are taken, a new session takes the place of one that is not
 * used any more, or else of the least that is worth less than it: followers' are worth more than consumers', many partitions
 * more than few.
 */
export class FetchSessionCache {
  readonly #options: FetchSessionCacheOptions;
  /** By id; the one that was used least recently comes first. */
  readonly #sessions = new Map<number, FetchSession>();
  #partitionCount = 0;
  #evictionsTotal = 0;

  constructor(options: FetchSessionCacheOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Partitions in all sessions. */
  get partitionCount(): number {
    return this.#partitionCount;
  }

  get evictionsTotal(): number {
    return this.#evictionsTotal;
  }

  get(id: number): FetchSession | undefined {
    return this.#sessions.get(id);
  }

  /** Makes a session where there is room for it; answers its id, or {@link NO_SESSION}. */
  create(of: {
    readonly isFollower: boolean;
    readonly usesTopicIds: boolean;
    readonly partitions: readonly FetchedPartition[];
  }): number {
    const nowMs = this.#options.clock.monotonicMs();
    const worth = { isFollower: of.isFollower, size: of.partitions.length, id: NO_SESSION };
    if (this.#sessions.size >= this.#options.slots && !this.#evictFor(worth, nowMs)) return NO_SESSION;
    const session = new FetchSession({ ...of, id: this.#newId(), nowMs });
    this.#sessions.set(session.id, session);
    this.#partitionCount += session.size;
    return session.id;
  }

  /** Notes that a session was used, and how many partitions it has now. */
  touch(session: FetchSession): void {
    this.#sessions.delete(session.id);
    this.#sessions.set(session.id, session);
    session.lastUsedMs = this.#options.clock.monotonicMs();
    this.#partitionCount += session.partitionCount - session.size;
    session.size = session.partitionCount;
  }

  remove(id: number): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    this.#sessions.delete(id);
    this.#partitionCount -= session.size;
  }

  #evictFor(candidate: Worth, nowMs: number): boolean {
    const [oldest] = this.#sessions.values();
    if (oldest === undefined) return false;
    let victim: FetchSession | undefined = oldest;
    if (nowMs - oldest.lastUsedMs <= EVICTION_MS) {
      victim = this.#leastWorth(candidate.isFollower);
      if (victim === undefined || compareWorth(candidate, victim) < 0) return false;
    }
    this.remove(victim.id);
    this.#evictionsTotal++;
    return true;
  }

  /** A follower may crowd out any consumer, and both those that have had their time. */
  #leastWorth(byFollower: boolean): FetchSession | undefined {
    let least: FetchSession | undefined;
    for (const session of this.#sessions.values()) {
      const isOld = session.lastUsedMs - session.createdMs > EVICTION_MS;
      if (!isOld && (!byFollower || session.isFollower)) continue;
      if (least === undefined || compareWorth(session, least) < 0) least = session;
    }
    return least;
  }

  #newId(): number {
    for (;;) {
      const id = 1 + this.#options.random.int(SESSION_ID_MAX);
      if (!this.#sessions.has(id)) return id;
    }
  }
}

function compareWorth(a: Worth, b: Worth): number {
  return Number(a.isFollower) - Number(b.isFollower) || a.size - b.size || a.id - b.id;
}
