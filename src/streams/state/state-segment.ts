import { int64Text } from './key-codec.ts';
import { KeyFingerprints } from './key-fingerprints.ts';
import type { StateEntry } from './state-entry.ts';

const OVERHEAD_BYTES = 300;

/**
 * The entries of a map whose keys begin with one time, or all of them where keys begin with none: each is found by the rest of
 * its key, for which no longer text has to be made.
 */
export class StateSegment<V> {
  /** Infinity: keys begin with no time. */
  readonly startMs: number;
  /** What keys begin with in the store, and in the engine. */
  readonly start: string;
  readonly enginePrefix: string;
  readonly entries = new Map<string, StateEntry<V>>();
  /** Keys that are to be read together. */
  prefetched = new Set<string>();
  /** Keys that the engine may have; undefined where it may have others than were written from here. */
  known: KeyFingerprints | undefined;
  /** It was let go, and is found no more. */
  isGone = false;

  constructor(parts: { readonly startMs: number; readonly prefix: string; readonly isNew: boolean }) {
    this.startMs = parts.startMs;
    this.start = parts.startMs === Number.POSITIVE_INFINITY ? '' : int64Text(parts.startMs);
    this.enginePrefix = parts.prefix + this.start;
    this.known = parts.isNew ? new KeyFingerprints() : undefined;
  }

  /** What it takes beside its entries. */
  get bytes(): number {
    return OVERHEAD_BYTES + (this.known?.bytes ?? 0);
  }

  /** Whether a key that is not in memory is known to be nowhere. */
  lacks(key: string): boolean {
    return this.known !== undefined && !this.known.has(key);
  }
}
