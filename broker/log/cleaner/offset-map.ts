import { assert } from '../../../src/base/assert.ts';
import { HASH_WORDS, hashKey } from './key-hash.ts';

/** What a key takes: 16 bytes of its hash and 8 of an offset, as in Kafka. */
const ENTRY_BYTES = 24;
const HASH_BYTES = 16;
/** A map begins with room for so many keys and doubles: most logs have far fewer keys than the memory would hold. */
const SLOTS_AT_FIRST = 1 << 14;

/** How large a map may become. */
export interface OffsetMapLimits {
  /** Of its entries; a part of `log.cleaner.dedupe.buffer.size`. */
  readonly bytesMax: number;
  /** `log.cleaner.io.buffer.load.factor`: the map is full when this share of its slots is taken. */
  readonly loadFactor: number;
}

/** An {@link OffsetMap} as it goes from one thread to another, without a copy of its entries. */
export interface SharedOffsetMap extends OffsetMapLimits {
  readonly memory: SharedArrayBuffer;
  readonly count: number;
  readonly latestOffset: number;
}

/**
 * The offset at which each key of a part of a log was written last. Keys are known by their hashes only, so a key takes 24
 * bytes whatever its length; open addressing over one block of memory that threads share.
 */
export class OffsetMap {
  readonly #limits: OffsetMapLimits;
  readonly #slotsMax: number;
  readonly #hash = new Int32Array(HASH_WORDS);
  #slots = 0;
  #memory: SharedArrayBuffer;
  #hashes: Int32Array;
  /** Offset plus one; 0: the slot is free. */
  #offsets: Float64Array;
  #count: number;
  #latestOffset: number;

  private constructor(limits: OffsetMapLimits, memory: SharedArrayBuffer, count: number, latest: number) {
    this.#limits = limits;
    this.#slotsMax = Math.max(2, Math.floor(limits.bytesMax / ENTRY_BYTES));
    this.#count = count;
    this.#latestOffset = latest;
    this.#memory = memory;
    this.#slots = memory.byteLength / ENTRY_BYTES;
    this.#hashes = new Int32Array(memory, 0, this.#slots * HASH_WORDS);
    this.#offsets = new Float64Array(memory, this.#slots * HASH_BYTES, this.#slots);
  }

  static empty(limits: OffsetMapLimits): OffsetMap {
    const slots = Math.max(2, Math.min(SLOTS_AT_FIRST, Math.floor(limits.bytesMax / ENTRY_BYTES)));
    return new OffsetMap(limits, memoryFor(slots), 0, -1);
  }

  static from({ memory, count, latestOffset, ...limits }: SharedOffsetMap): OffsetMap {
    return new OffsetMap(limits, memory, count, latestOffset);
  }

  get shared(): SharedOffsetMap {
    return { ...this.#limits, memory: this.#memory, count: this.#count, latestOffset: this.#latestOffset };
  }

  /** Keys in the map. */
  get count(): number {
    return this.#count;
  }

  /** What is at or below this offset has been looked at; -1 at the beginning. */
  get latestOffset(): number {
    return this.#latestOffset;
  }

  /** Share of the memory that the limits allow, 0 to 1. */
  get utilization(): number {
    return this.#count / this.#slotsMax;
  }

  /** Whether another key may be one too many. */
  get isFull(): boolean {
    return this.#count >= Math.max(1, Math.floor(this.#slotsMax * this.#limits.loadFactor));
  }

  /** All records up to `offset` have been looked at. */
  advance(offset: number): void {
    if (offset > this.#latestOffset) this.#latestOffset = offset;
  }

  /** Notes that a key was written at `offset`; offsets come in ascending order. The map must not be full. */
  put(bytes: Uint8Array, start: number, length: number, offset: number): void {
    hashKey(bytes, start, length, this.#hash);
    let slot = this.#find();
    if (this.#offsets[slot] === 0) {
      if (this.#mustGrow) {
        this.#grow();
        slot = this.#find();
      }
      this.#hashes.set(this.#hash, slot * HASH_WORDS);
      this.#count++;
    }
    this.#offsets[slot] = offset + 1;
    this.advance(offset);
  }

  /** Where a key was written last, -1 when it is not in the map. */
  get(bytes: Uint8Array, start: number, length: number): number {
    hashKey(bytes, start, length, this.#hash);
    return (this.#offsets[this.#find()] ?? 0) - 1;
  }

  /** Calls `visit` with the offset of each key, in no order. */
  visitOffsets(visit: (offset: number) => void): void {
    for (const offset of this.#offsets) if (offset !== 0) visit(offset - 1);
  }

  get #mustGrow(): boolean {
    return this.#slots < this.#slotsMax && this.#count >= Math.floor(this.#slots * this.#limits.loadFactor);
  }

  /** The slot of the hash at hand, or the free one where it would be. */
  #find(): number {
    const hash = this.#hash;
    const hashes = this.#hashes;
    const offsets = this.#offsets;
    const slots = this.#slots;
    const h1 = hash[0];
    const h2 = hash[1];
    const h3 = hash[2];
    const h4 = hash[3];
    let slot = ((h1 ?? 0) >>> 0) % slots;
    while (offsets[slot] !== 0) {
      const at = slot * HASH_WORDS;
      if (hashes[at] === h1 && hashes[at + 1] === h2 && hashes[at + 2] === h3 && hashes[at + 3] === h4) break;
      slot = slot + 1 === slots ? 0 : slot + 1;
    }
    return slot;
  }

  #grow(): void {
    const hashes = this.#hashes;
    const offsets = this.#offsets;
    const sought = Int32Array.from(this.#hash);
    this.#slots = Math.min(this.#slotsMax, this.#slots * 2);
    this.#memory = memoryFor(this.#slots);
    this.#hashes = new Int32Array(this.#memory, 0, this.#slots * HASH_WORDS);
    this.#offsets = new Float64Array(this.#memory, this.#slots * HASH_BYTES, this.#slots);
    for (let old = 0; old < offsets.length; old++) {
      const offset = offsets[old] ?? 0;
      if (offset === 0) continue;
      this.#hash.set(hashes.subarray(old * HASH_WORDS, (old + 1) * HASH_WORDS));
      const slot = this.#find();
      assert(this.#offsets[slot] === 0, 'a key is in a map once');
      this.#hashes.set(this.#hash, slot * HASH_WORDS);
      this.#offsets[slot] = offset;
    }
    this.#hash.set(sought);
  }
}

function memoryFor(slots: number): SharedArrayBuffer {
  return new SharedArrayBuffer(slots * ENTRY_BYTES);
}
