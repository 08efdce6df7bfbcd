import type { SeededRandom } from './seeded-random.ts';

/** Bytes that grow; what is skipped reads as zero. */
class Content {
  bytes: Buffer = Buffer.alloc(0);
  size = 0;

  write(data: Uint8Array, position: number): void {
    const end = position + data.length;
    if (end > this.bytes.length) {
      const grown = Buffer.alloc(Math.max(end, this.bytes.length * 2, 256));
      this.bytes.copy(grown, 0, 0, this.size);
      this.bytes = grown;
    }
    this.bytes.set(data, position);
    this.size = Math.max(this.size, end);
  }

  truncate(size: number): void {
    if (size < this.size) this.bytes.fill(0, size, this.size);
    else this.write(Buffer.alloc(size - this.size), this.size);
    this.size = size;
  }

  copy(): Content {
    const copy = new Content();
    copy.bytes = Buffer.from(this.bytes.subarray(0, this.size));
    copy.size = this.size;
    return copy;
  }
}

type FileChange =
  | { readonly kind: 'write'; readonly data: Buffer; readonly position: number }
  | { readonly kind: 'truncate'; readonly size: number };

const SECTOR_BYTES = 512;

interface FileDamage {
  /** In words. */
  readonly what: string;
  /** Makes the file what it was before. */
  readonly undo: () => void;
}

/** A file as the disk and as the page cache have it: what was written since the last sync is only in the cache. */
export class FileNode {
  #current = new Content();
  #durable = new Content();
  #unsynced: FileChange[] = [];
  #changes = 0;

  /** No time: it grows with each change. */
  get modifiedMs(): number {
    return this.#changes;
  }

  get size(): number {
    return this.#current.size;
  }

  /** How much of it would be there after a power loss that takes all that was not synced. */
  get durableSize(): number {
    return this.#durable.size;
  }

  read(target: Uint8Array, offset: number, length: number, position: number): number {
    const count = Math.max(0, Math.min(length, this.#current.size - position));
    target.set(this.#current.bytes.subarray(position, position + count), offset);
    return count;
  }

  write(data: Uint8Array, position: number): void {
    this.#changes++;
    this.#current.write(data, position);
    this.#unsynced.push({ kind: 'write', data: Buffer.from(data), position });
  }

  truncate(size: number): void {
    this.#changes++;
    this.#current.truncate(size);
    this.#unsynced.push({ kind: 'truncate', size });
  }

  /** Makes what has been written until now durable when the answer is called. */
  beginSync(): () => void {
    const last = this.#unsynced.at(-1);
    return () => {
      const index = last === undefined ? -1 : this.#unsynced.indexOf(last);
      for (const change of this.#unsynced.splice(0, index + 1)) apply(this.#durable, change);
    };
  }

  syncNow(): void {
    this.beginSync()();
  }

  /**
   * A power loss. Of what was not synced, all or nothing or a beginning survives; the last change of it may be torn, or
   * sectors of the writes may be missing or scrambled, as a disk that reorders leaves them. Truncations happen in order with writes.
   */
  crash(random: SeededRandom): void {
    const changes = this.#unsynced;
    const mode = random.pick(['nothing', 'all', 'torn', 'sectors'] as const);
    const count = mode === 'nothing' ? 0 : mode === 'all' ? changes.length : random.int(changes.length + 1);
    for (let index = 0; index < count; index++) {
      const change = changes[index] as FileChange;
      if (change.kind === 'write' && mode === 'torn' && index === count - 1) {
        const data = change.data.subarray(0, random.int(change.data.length + 1));
        this.#durable.write(data, change.position);
      } else if (change.kind === 'write' && mode === 'sectors') {
        writeSectors(this.#durable, change.data, change.position, random);
      } else {
        apply(this.#durable, change);
      }
    }
    this.#unsynced = [];
    this.#current = this.#durable.copy();
  }

  /** Changes a bit, or makes a sector zeros, of what the disk holds, all of which is synced. */
  damage(random: SeededRandom): FileDamage {
    const before = this.#durable.copy();
    const { bytes, size } = this.#durable;
    const at = random.int(size);
    const sector = at - (at % SECTOR_BYTES);
    const isBit = random.chance(0.5);
    if (isBit) bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.int(8)), at);
    else bytes.fill(0, sector, Math.min(size, sector + SECTOR_BYTES));
    this.#current = this.#durable.copy();
    const undo = (): void => {
      this.#durable = before;
      this.#current = before.copy();
    };
    return { what: isBit ? `a bit of byte ${at} flips` : `the sector at ${sector} is zeros`, undo };
  }
}

function apply(content: Content, change: FileChange): void {
  if (change.kind === 'write') content.write(change.data, change.position);
  else content.truncate(change.size);
}

function writeSectors(content: Content, data: Buffer, position: number, random: SeededRandom): void {
  const end = position + data.length;
  // The file has its new length; sectors that did not make it hold what was there before, zeros, or anything.
  if (content.size < end) content.truncate(end);
  for (let at = position; at < end; ) {
    const next = Math.min(end, (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES);
    if (!random.chance(0.2)) content.write(data.subarray(at - position, next - position), at);
    else if (random.chance(0.3)) content.write(random.bytes(next - at), at);
    at = next;
  }
}
