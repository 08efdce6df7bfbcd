import { assert } from '../../src/base/assert.ts';
import type { Environment } from '../../src/base/environment.ts';
import type { Logger } from '../../src/base/logger.ts';
import type { Segment } from './segment.ts';
import { segmentIndexOf } from './segment-lookup.ts';
import { removeSegment, SegmentRemoval } from './segment-removal.ts';
import { setSegmentAside } from './unrecovered.ts';

/**
 * The segments of one log, ascending by base offset; the last is the active one. Who may touch a segment when:
 *
 * - Appends, rolls, truncations and removals are synchronous, on the log's event loop: none sees another half done.
 * - A duty that waits (a flush) opens every file it needs before its first wait and goes on with these handles only. A name
 *   may meanwhile have been renamed, removed or given to another segment.
 * - A segment that has left the log (retention, truncation, deletion of the topic, close) is never written, read or opened
 *   again, and needs no flush. Its handles are closed when the last sync under way has ended.
 */
export class LogSegments {
  readonly #environment: Environment;
  readonly #segments: Segment[];
  readonly #removal: SegmentRemoval;

  /** @param segments at least one; belongs to this object afterwards. */
  constructor(segments: Segment[], { environment, logger }: { environment: Environment; logger: Logger }) {
    assert(segments.length > 0, 'a log has an active segment');
    this.#environment = environment;
    this.#segments = segments;
    this.#removal = new SegmentRemoval(environment, logger);
  }

  get all(): readonly Segment[] {
    return this.#segments;
  }

  get count(): number {
    return this.#segments.length;
  }

  get active(): Segment {
    const active = this.#segments.at(-1);
    assert(active !== undefined, 'a log has an active segment');
    return active;
  }

  get firstBaseOffset(): number {
    return this.#segments[0]?.baseOffset ?? this.active.baseOffset;
  }

  get sizeInBytes(): number {
    let bytes = 0;
    for (const segment of this.#segments) bytes += segment.sizeInBytes;
    return bytes;
  }

  /** Index of the segment that contains `offset`: the last that begins at or before it, else the first. */
  indexOf(offset: number): number {
    return segmentIndexOf(this.#segments, offset);
  }

  at(index: number): Segment | undefined {
    return this.#segments[index];
  }

  /** The segment that contains `offset`, and all after it. */
  from(offset: number): readonly Segment[] {
    return this.#segments.slice(this.indexOf(offset));
  }

  /** Makes a new segment the active one; the one before has been sealed. */
  push(segment: Segment): void {
    const before = this.#segments.at(-1);
    assert(
      before === undefined || (before.isSealed && before.baseOffset < segment.baseOffset),
      'a new segment follows a sealed one',
    );
    this.#segments.push(segment);
  }

  /** Removes the active segment and its files; the one before it stays sealed until the caller decides. */
  removeActive(): void {
    const segment = this.#segments.pop();
    if (segment !== undefined) removeSegment(this.#environment.disk, segment);
  }

  /**
   * As {@link removeActive}, and keeps the records.
   * @returns the path of the file that has them; undefined where there are none.
   */
  setActiveAside(): string | undefined {
    const segment = this.#segments.at(-1);
    if (segment === undefined || segment.sizeInBytes === 0) {
      this.removeActive();
      return undefined;
    }
    const path = setSegmentAside(this.#environment.disk, segment);
    this.#segments.pop();
    return path;
  }

  /** Removes all segments with `dropActive`, newest first, then makes the only one of the log. */
  replaceAll(create: () => Segment, dropActive: () => void): void {
    while (this.#segments.length > 0) dropActive();
    this.#segments.push(create());
  }

  /** Takes segments that end at or before `offset` off the log, oldest first. @returns how many. */
  removeBefore(offset: number, options: { readonly delayMs: number }): number {
    let count = 0;
    for (;;) {
      const [oldest, next] = this.#segments;
      if (oldest === undefined || next === undefined || next.baseOffset > offset) return count;
      // Where the disk refuses, the segment is as it was, and so are those after it: the next round tries again.
      this.#removal.schedule(oldest, options.delayMs);
      this.#segments.shift();
      count++;
    }
  }

  /**
   * Puts one segment in the place of some that follow each other: takes them off the log, the oldest first, and then takes what
   * `takePlace` answers. What comes after an error is the caller's to say: some of them may have left.
   */
  replace(
    old: readonly Segment[],
    takePlace: () => Segment,
    { delayMs }: { readonly delayMs: number },
  ): void {
    const [first] = old;
    const at = first === undefined ? -1 : this.#segments.indexOf(first);
    assert(
      at >= 0 && old.every((segment, index) => segment.isSealed && this.#segments[at + index] === segment),
      'what is replaced are sealed segments of the log that follow each other',
    );
    for (const segment of old) this.#removal.schedule(segment, delayMs);
    this.#segments.splice(at, old.length, takePlace());
  }

  /** All segments leave the log; their files stay. */
  close(): void {
    this.#removal.close();
    for (const segment of this.#segments) segment.leave();
  }
}
