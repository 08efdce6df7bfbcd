import type { CacheBudget } from './cache-budget.ts';
import { StateSegment } from './state-segment.ts';
import type { StateEntry } from './state-entry.ts';

/** So much of the budget, or so many bytes, may be spent on knowing which keys are nowhere. */
const KNOWN_PART = 1 / 8;
const KNOWN_BYTES_MIN = 65_536;

/** The segments of a map by their times, and the one of keys that begin with no time. Their own bytes count towards the budget. */
export class StateSegments<V> {
  readonly root: StateSegment<V>;
  readonly #prefix: string;
  readonly #budget: CacheBudget;
  readonly #byTime = new Map<number, StateSegment<V>>();
  #last: StateSegment<V> | undefined;
  /** The engine holds no key that begins with this time or a later one; undefined while that is not known. */
  #endMs: number | undefined;
  /** Of those whose keys are all known. */
  #knownBytes = 0;
  #sweep: IterableIterator<StateEntry<V>> | undefined;
  /** Those that the sweep has still to come to. */
  #sweptNext: IterableIterator<StateSegment<V>> | undefined;

  /** @param prefix begins all keys in the engine. */
  constructor(prefix: string, budget: CacheBudget) {
    this.#prefix = prefix;
    this.#budget = budget;
    this.root = new StateSegment({ startMs: Number.POSITIVE_INFINITY, prefix, isNew: false });
  }

  *[Symbol.iterator](): Generator<StateSegment<V>, void> {
    yield this.root;
    yield* this.#byTime.values();
  }

  /** Whether there are any but the one of keys without a time. */
  get areByTime(): boolean {
    return this.#byTime.size > 0;
  }

  at(startMs: number): StateSegment<V> {
    const last = this.#last;
    if (last?.startMs === startMs) return last;
    const segment = this.#byTime.get(startMs) ?? this.#add(startMs);
    this.#last = segment;
    return segment;
  }

  find(startMs: number): StateSegment<V> | undefined {
    return this.#byTime.get(startMs);
  }

  /** The engine holds keys before this time only, as it is now: whatever comes behind them comes through here. */
  endsAt(timeMs: number): void {
    this.#endMs = timeMs;
  }

  /** The engine is given a key of a time. */
  written(startMs: number): void {
    if (this.#endMs !== undefined && startMs >= this.#endMs) this.#endMs = startMs + 1;
  }

  get knowEnd(): boolean {
    return this.#endMs !== undefined;
  }

  /** The engine was given keys past the segments, which do not know of them; the last one begins with this time. */
  writtenPast(startMs: number): void {
    this.written(startMs);
    if (this.#knownBytes > 0) for (const segment of this.#byTime.values()) this.#forgetKnown(segment);
  }

  /** A key comes to a segment. Where it is too much to know all keys, those of the oldest segments are read again. */
  learn(segment: StateSegment<V>, key: string): void {
    const { known } = segment;
    if (known === undefined) return;
    const before = known.bytes;
    known.add(key);
    const grown = known.bytes - before;
    if (grown === 0) return;
    this.#knownBytes += grown;
    this.#budget.use(grown);
    const bytesMax = Math.max(this.#budget.bytesMax * KNOWN_PART, KNOWN_BYTES_MIN);
    for (const oldest of this.#byTime.values()) {
      if (this.#knownBytes <= bytesMax) break;
      this.#forgetKnown(oldest);
    }
  }

  /** Lets a segment go that has no entries. */
  drop(segment: StateSegment<V>): void {
    if (segment === this.root) return;
    this.#forgetKnown(segment);
    this.#budget.use(-segment.bytes);
    segment.isGone = true;
    this.#byTime.delete(segment.startMs);
    if (this.#last === segment) this.#last = undefined;
  }

  /** The next entry of a sweep that goes round and round; undefined at the end of a round. */
  nextToSweep(): StateEntry<V> | undefined {
    for (;;) {
      const next = this.#sweep?.next();
      if (next?.done === false) return next.value;
      if (this.#sweptNext === undefined) {
        this.#sweptNext = this.#byTime.values();
        this.#sweep = this.root.entries.values();
        continue;
      }
      const segment = this.#sweptNext.next();
      if (segment.done === true) {
        this.#sweptNext = undefined;
        this.#sweep = undefined;
        return undefined;
      }
      const { entries, known } = segment.value;
      if (entries.size === 0 && known === undefined) this.drop(segment.value);
      this.#sweep = entries.values();
    }
  }

  #add(startMs: number): StateSegment<V> {
    const isNew = this.#endMs !== undefined && startMs >= this.#endMs;
    const segment = new StateSegment<V>({ startMs, prefix: this.#prefix, isNew });
    this.#byTime.set(startMs, segment);
    this.#budget.use(segment.bytes);
    if (isNew) this.#knownBytes += segment.bytes;
    return segment;
  }

  #forgetKnown(segment: StateSegment<V>): void {
    const { known, bytes } = segment;
    if (known === undefined) return;
    segment.known = undefined;
    this.#knownBytes -= bytes;
    this.#budget.use(segment.bytes - bytes);
  }
}
