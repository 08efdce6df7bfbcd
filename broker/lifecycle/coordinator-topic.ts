import type { Environment } from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { BatchBuilder } from '../../src/protocol/records/batch-builder.ts';
import { batchesOf } from '../../src/protocol/records/batch-view.ts';
import {
  type CoordinatorLog,
  CoordinatorLogError,
  type CoordinatorRecord,
} from '../coordinators/coordinator-log.ts';
import type { InternalLog } from '../replication/internal-log.ts';

const LOAD_BYTES = 1024 * 1024;
const NO_BYTES = Buffer.alloc(0);

interface CoordinatorTopicOptions {
  readonly environment: Pick<Environment, 'clock' | 'timers'>;
  readonly logger: Logger;
  readonly log: InternalLog;
  readonly topic: string;
  /** What a partition keeps, for messages: "groups". */
  readonly what: string;
  /** The property by which an operator lets a partition be served without what is damaged of it, and what it says. */
  readonly skipDamage: { readonly property: string; readonly isSet: boolean };
}

interface LoadedBatches {
  readonly sound: Buffer;
  /** The offset of the batch after those that is damaged, if there is one. */
  readonly damagedAt: number | undefined;
  readonly nextOffset: number;
}

/** A coordinator's internal topic: it is appended to, and a partition is read whole when its leadership begins. */
export class CoordinatorTopic implements CoordinatorLog {
  readonly #options: CoordinatorTopicOptions;

  constructor(options: CoordinatorTopicOptions) {
    this.#options = options;
  }

  append(partition: number, records: readonly CoordinatorRecord[]): Promise<number> {
    const { log, topic, environment } = this.#options;
    const builder = new BatchBuilder();
    const nowMs = environment.clock.nowMs();
    for (const { key, value } of records) builder.append(key, value, nowMs);
    const batch = builder.build();
    return new Promise((resolve, reject) => {
      log.append(topic, partition, batch, (errorCode, baseOffset) => {
        if (errorCode === ErrorCode.NONE) resolve(baseOffset + records.length - 1);
        else reject(new CoordinatorLogError(errorCode, `could not write to ${topic}-${partition}`));
      });
    });
  }

  /**
   * Everything in a partition: the leader's log is what all replicas become, committed already or soon. Every batch is
   * checked: with one that is damaged a coordinator would go on from what is not true. Another broker leads then that has its
   * records; where there is none, whether the coordinator may go on is for the operator to say.
   * @throws {OperationalError} `CORRUPT_LOG`.
   */
  async *batches(partition: number): AsyncIterable<Buffer> {
    const { log, topic, environment } = this.#options;
    let offset = log.logStartOffset(topic, partition);
    const end = log.logEndOffset(topic, partition);
    while (offset < end) {
      const read = this.#read(partition, offset);
      if (read === null) return;
      if (read.sound.length > 0) yield read.sound;
      if (read.damagedAt !== undefined) this.#onDamage(partition, read.damagedAt);
      offset = read.nextOffset;
      // Other work goes on between two reads.
      await new Promise<void>((resolve) => environment.timers.defer(resolve));
    }
  }

  /** The sound batches from `offset` on, up to one that is damaged; null at the end. */
  #read(partition: number, offset: number): LoadedBatches | null {
    const { log, topic } = this.#options;
    let bytes: Buffer | null;
    try {
      bytes = log.read(topic, partition, offset, LOAD_BYTES);
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      return { sound: NO_BYTES, damagedAt: offset, nextOffset: offset + 1 };
    }
    if (bytes === null) return null;
    let soundBytes = 0;
    let nextOffset = offset;
    for (const batch of batchesOf(bytes)) {
      nextOffset = batch.lastOffset + 1;
      if (!batch.isValid()) {
        return { sound: bytes.subarray(0, soundBytes), damagedAt: batch.baseOffset, nextOffset };
      }
      soundBytes = batch.start + batch.sizeInBytes;
    }
    if (nextOffset === offset) return null;
    return { sound: bytes.subarray(0, soundBytes), damagedAt: undefined, nextOffset };
  }

  #onDamage(partition: number, offset: number): void {
    const { log, logger, topic, what, skipDamage } = this.#options;
    const name = `${topic}-${partition}`;
    const place = log.placeOf(topic, partition, offset);
    const elsewhere = new OperationalError(
      'CORRUPT_LOG',
      `${name} is damaged at offset ${offset} (${place}): another broker leads it, and its ${what} are copied from there`,
      { retriable: false },
    );
    if (log.giveUp(topic, partition, elsewhere)) throw elsewhere;
    if (skipDamage.isSet) {
      logger.error(`${what} were lost: they are damaged on the disk`, { partition: name, offset, place });
      return;
    }
    throw new OperationalError(
      'CORRUPT_LOG',
      `${name} is damaged at offset ${offset} (${place}), and its ${what} are not served: restore the file from a copy, ` +
        `or set ${skipDamage.property}=true to go on without what is damaged`,
      { retriable: false },
    );
  }
}
