import { crc32c } from '../../src/base/crc32c.ts';
import type { Disk } from '../../src/base/environment.ts';
import type { Logger } from '../../src/base/logger.ts';
import { showValue } from '../../src/base/show-value.ts';
import { writeAside } from '../../src/base/write-aside.ts';
import { encodeCheckpoint, foreign, isForeign, readCheckpoint } from './checkpoint-file.ts';

/** Beside the segments of a log; Apache Kafka neither writes nor reads it. */
const SEALS_FILE = 'transaction-index-checkpoint';

/** By what a `.txnindex` file is known again. */
export interface IndexSeal {
  readonly sizeInBytes: number;
  /** CRC-32C of the file. */
  readonly checksum: number;
}

/**
 * Which segments of a log have an index of aborted transactions, and what is in it. A `.txnindex` file has no checksum, and one
 * that is missing looks like that of a segment in which nothing was aborted: readers of committed records would be given what was
 * aborted. So length and checksum of each are noted, in a file of lines `base-offset bytes crc-32c`, before the recovery point
 * of the log moves past the segment.
 *
 * What the note says may be old: a crash came before it was written, or Kafka has used the folder. Then an index that is right
 * is made again from the log, which is right, too. A segment of which it says nothing is believed.
 */
export class TransactionIndexSeals {
  readonly #disk: Disk;
  readonly #path: string;
  /** By base offset. */
  readonly #seals: Map<number, IndexSeal>;
  /** What the file says; undefined where that is not known. */
  #saved: string | undefined;
  #hasChanged = false;

  private constructor(
    disk: Disk,
    directory: string,
    known: { readonly seals: Iterable<readonly [number, IndexSeal]>; readonly isSaved: boolean },
  ) {
    this.#disk = disk;
    this.#path = `${directory}/${SEALS_FILE}`;
    this.#seals = new Map(known.seals);
    this.#saved = known.isSaved ? this.#lines().join('\n') : undefined;
  }

  /** What is known without a look at the file. */
  static known(
    disk: Disk,
    directory: string,
    seals: Iterable<readonly [number, IndexSeal]>,
  ): TransactionIndexSeals {
    return new TransactionIndexSeals(disk, directory, { seals, isSaved: true });
  }

  /**
   * What the file says, and before that what a clean stop has written down. A file that cannot be read says nothing, with a warning.
   */
  static open(
    disk: Disk,
    directory: string,
    { closed, logger }: { readonly closed: ReadonlyMap<number, IndexSeal>; readonly logger: Logger },
  ): TransactionIndexSeals {
    const path = `${directory}/${SEALS_FILE}`;
    try {
      const seals = readCheckpoint(disk, path).map(parseLine(path));
      return new TransactionIndexSeals(disk, directory, {
        seals: [...seals, ...closed],
        isSaved: closed.size === 0,
      });
    } catch (error) {
      if (!isForeign(error)) throw error;
      logger.warn('a checkpoint cannot be read, and what it said is derived again', {
        reason: error.message,
      });
      return new TransactionIndexSeals(disk, directory, { seals: closed, isSaved: false });
    }
  }

  /** The file says what is known. */
  get isSaved(): boolean {
    if (this.#hasChanged && this.#saved === this.#lines().join('\n')) this.#hasChanged = false;
    return this.#saved !== undefined && !this.#hasChanged;
  }

  get(baseOffset: number): IndexSeal | undefined {
    return this.#seals.get(baseOffset);
  }

  /** The index of a segment is this file. */
  set(baseOffset: number, content: Buffer): void {
    this.#seals.set(baseOffset, { sizeInBytes: content.length, checksum: crc32c(content) });
    this.#hasChanged = true;
  }

  /** Nothing is known of the index of a segment, or it has none. */
  delete(baseOffset: number): void {
    if (this.#seals.delete(baseOffset)) this.#hasChanged = true;
  }

  /**
   * Replaces the file off the event loop. That it has the name survives a power loss when the folder has been synced.
   * @param isGone the folder may be another log's by now, and nothing is written.
   */
  async save(isGone: () => boolean): Promise<void> {
    const lines = this.#lines();
    this.#hasChanged = false;
    try {
      await writeAside(this.#disk, `${this.#path}.next`, [encodeCheckpoint(lines)]);
      if (isGone()) return;
      this.#disk.rename(`${this.#path}.next`, this.#path);
    } catch (error) {
      this.#hasChanged = true;
      throw error;
    }
    this.#saved = lines.join('\n');
  }

  #lines(): readonly string[] {
    return [...this.#seals]
      .toSorted(([a], [b]) => a - b)
      .map(([baseOffset, { sizeInBytes, checksum }]) => `${baseOffset} ${sizeInBytes} ${checksum}`);
  }
}

/** Whether a file is the one that was sealed. */
export function isSealed(content: Buffer, { sizeInBytes, checksum }: IndexSeal): boolean {
  return content.length === sizeInBytes && crc32c(content) === checksum;
}

function parseLine(path: string): (line: string) => readonly [number, IndexSeal] {
  return (line) => {
    if (!/^\d+ \d+ \d+$/.test(line))
      throw foreign(path, `the line ${showValue(line)} is not "offset bytes checksum"`);
    const [baseOffset = 0, sizeInBytes = 0, checksum = 0] = line.split(' ').map(Number);
    return [baseOffset, { sizeInBytes, checksum }];
  };
}
