const FIRST_LENGTH = 32;
const BYTES_OF_EACH = 4;
const MULTIPLIER = 0x5bd1e995;

/**
 * A set of keys that errs to one side: what it says it does not have was never added. Of each key it keeps 32 bits, in a table
 * that is three eighths full at least once it has grown, where a key itself in a map takes twenty times as much.
 */
export class KeyFingerprints {
  #table = new Int32Array(FIRST_LENGTH);
  #count = 0;

  get bytes(): number {
    return this.#table.length * BYTES_OF_EACH;
  }

  /** False: the key was never added. True of one in 2^31 others for each key in it. */
  has(key: string): boolean {
    return this.#table[placeOf(this.#table, fingerprintOf(key))] !== 0;
  }

  add(key: string): void {
    const fingerprint = fingerprintOf(key);
    const at = placeOf(this.#table, fingerprint);
    if (this.#table[at] === fingerprint) return;
    this.#table[at] = fingerprint;
    this.#count++;
    if (4 * this.#count >= 3 * this.#table.length) this.#grow();
  }

  #grow(): void {
    const table = new Int32Array(2 * this.#table.length);
    for (const fingerprint of this.#table) {
      if (fingerprint !== 0) table[placeOf(table, fingerprint)] = fingerprint;
    }
    this.#table = table;
  }
}

/** Where a fingerprint is, or would be. The length is a power of two. */
function placeOf(table: Int32Array, fingerprint: number): number {
  const mask = table.length - 1;
  let at = fingerprint & mask;
  for (let found = table[at]; found !== 0 && found !== fingerprint; found = table[at]) at = (at + 1) & mask;
  return at;
}

/** Never 0, which stands for an empty place. */
function fingerprintOf(key: string): number {
  let hash = key.length;
  for (let i = 0; i < key.length; i++) {
    hash = Math.imul(hash ^ key.charCodeAt(i), MULTIPLIER);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  hash ^= hash >>> 15;
  return hash === 0 ? 1 : hash;
}
