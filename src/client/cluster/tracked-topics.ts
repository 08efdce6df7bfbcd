import type { Clock } from '../../base/environment.ts';

/** When a topic that is tracked is let go. */
export interface IdleTopics {
  /** Topics that nobody has wanted for so long are let go by the next refresh. */
  readonly idleMsMax: number;
  /** Called before: wants once more what is in use. */
  readonly beforeRefresh: () => void;
}

/** The topics whose metadata is wanted, with when somebody last said so. */
export class TrackedTopics {
  idleTopics: IdleTopics | undefined;
  readonly #clock: Clock;
  /** Null is all of them. */
  #wantedMs: Map<string, number> | null = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get names(): readonly string[] | null {
    return this.#wantedMs === null ? null : Array.from(this.#wantedMs.keys());
  }

  has(topic: string): boolean {
    return this.#wantedMs === null || this.#wantedMs.has(topic);
  }

  /** Answers whether one of them is new. */
  add(topics: Iterable<string>): boolean {
    if (this.#wantedMs === null) return false;
    const before = this.#wantedMs.size;
    const nowMs = this.#clock.monotonicMs();
    for (const topic of topics) this.#wantedMs.set(topic, nowMs);
    return this.#wantedMs.size > before;
  }

  set(topics: Iterable<string> | null): void {
    const nowMs = this.#clock.monotonicMs();
    this.#wantedMs = topics === null ? null : new Map(Array.from(topics, (topic) => [topic, nowMs]));
  }

  /** Lets go of what nobody has wanted for too long: a client of many topics would ask for all of them for ever. */
  takeIdle(): readonly string[] {
    if (this.idleTopics === undefined || this.#wantedMs === null) return [];
    this.idleTopics.beforeRefresh();
    const wantedSinceMs = this.#clock.monotonicMs() - this.idleTopics.idleMsMax;
    const idle = [...this.#wantedMs]
      .filter(([, wantedMs]) => wantedMs <= wantedSinceMs)
      .map(([name]) => name);
    for (const name of idle) this.#wantedMs.delete(name);
    return idle;
  }
}
