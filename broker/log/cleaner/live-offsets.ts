import type { OffsetMap } from './offset-map.ts';

/** More is not worth it: a bit then stands for more offsets. 1 MiB. */
const BITS_MAX = 2 ** 23;
const WORD_BITS = 32;

/** {@link LiveOffsets} as they go from one thread to another. */
export interface SharedLiveOffsets {
  readonly memory: SharedArrayBuffer;
  /** The part of the log of which all is known: from, up to and including. */
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** Offsets of a bit. */
  readonly span: number;
}

/**
 * Which parts of what the first pass has read have a record that stays: of a batch without one the second pass needs to see no
 * more than the header. A bit stands for one offset, or in a long part for several that follow each other.
 */
export class LiveOffsets {
  readonly shared: SharedLiveOffsets;
  readonly #words: Uint32Array;

  constructor(shared: SharedLiveOffsets) {
    this.shared = shared;
    this.#words = new Uint32Array(shared.memory);
  }

  /** What is live from `firstOffset` on as far as the map goes. */
  static of(map: OffsetMap, firstOffset: number): LiveOffsets {
    const { latestOffset: lastOffset } = map;
    const offsets = Math.max(0, lastOffset - firstOffset + 1);
    const span = Math.max(1, Math.ceil(offsets / BITS_MAX));
    const words = Math.ceil(offsets / span / WORD_BITS);
    const memory = new SharedArrayBuffer(words * Uint32Array.BYTES_PER_ELEMENT);
    const live = new LiveOffsets({ memory, firstOffset, lastOffset, span });
    map.visitOffsets((offset) => live.#add(offset));
    return live;
  }

  /** Whether all of a range has been read, and nothing of it stays. */
  isDead(first: number, last: number): boolean {
    const { firstOffset, lastOffset, span } = this.shared;
    if (first < firstOffset || last > lastOffset) return false;
    const to = Math.floor((last - firstOffset) / span);
    for (let bit = Math.floor((first - firstOffset) / span); bit <= to; bit++) {
      const word = this.#words[Math.floor(bit / WORD_BITS)] ?? 0;
      // The rest of a word at once.
      if (word === 0) bit |= WORD_BITS - 1;
      else if ((word & (1 << (bit % WORD_BITS))) !== 0) return false;
    }
    return true;
  }

  #add(offset: number): void {
    const { firstOffset, span } = this.shared;
    if (offset < firstOffset) return;
    const bit = Math.floor((offset - firstOffset) / span);
    const word = Math.floor(bit / WORD_BITS);
    this.#words[word] = (this.#words[word] ?? 0) | (1 << (bit % WORD_BITS));
  }
}
