import type { Environment } from '../../src/base/environment.ts';
import { messageOf, OperationalError } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { BatchBuilder } from '../../src/protocol/records/batch-builder.ts';
import { batchesOf } from '../../src/protocol/records/batch-view.ts';
import type { CoordinatorLog, CoordinatorRecord } from '../coordinators/group/coordinator-log.ts';
import { CoordinatorLogError } from '../coordinators/group/coordinator-log.ts';
import type { GroupCoordinatorPartitions, GroupTopics } from '../coordinators/group/group-requests.ts';
import type { MetadataDelta } from '../metadata/metadata-delta.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataPublisher } from '../metadata/metadata-publisher.ts';
import type { InternalLog } from '../replication/internal-log.ts';
import type { LeadershipListener } from '../replication/replica-manager.ts';
import { CONSUMER_OFFSETS_TOPIC } from './topic-creator.ts';

const LOAD_BYTES = 1024 * 1024;

/** The group coordinator's way into `__consumer_offsets`. */
export class GroupLog implements CoordinatorLog {
  readonly #log: InternalLog;
  readonly #clock: Environment['clock'];

  constructor(log: InternalLog, clock: Environment['clock']) {
    this.#log = log;
    this.#clock = clock;
  }

  append(partition: number, records: readonly CoordinatorRecord[]): Promise<number> {
    const builder = new BatchBuilder();
    const nowMs = this.#clock.nowMs();
    for (const { key, value } of records) builder.append(key, value, nowMs);
    const batch = builder.build();
    return new Promise((resolve, reject) => {
      this.#log.append(CONSUMER_OFFSETS_TOPIC, partition, batch, (errorCode, baseOffset) => {
        if (errorCode === ErrorCode.NONE) resolve(baseOffset + records.length - 1);
        else
          reject(
            new CoordinatorLogError(errorCode, `could not write to ${CONSUMER_OFFSETS_TOPIC}-${partition}`),
          );
      });
    });
  }
}

/** What the group coordinator must know of topics, from the metadata. */
export function groupTopics(image: () => MetadataImage): GroupTopics {
  return {
    hasPartition: (topic, partition) =>
      partition >= 0 && image().topicsByName.get(topic)?.partitions.has(partition) === true,
    topicId: (topic) => image().topicsByName.get(topic)?.id,
    offsetsTopicPartitions: () => image().topicsByName.get(CONSUMER_OFFSETS_TOPIC)?.partitions.size,
    topicName: (topicId) => image().topicsById.get(topicId)?.name,
  };
}

interface GroupCoordinationOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly log: InternalLog;
  readonly groups: GroupCoordinatorPartitions;
  /** `offsets.load.skip.damage` */
  readonly skipDamage: boolean;
}

/** Tells the group coordinator which groups are its own, as leaderships come and go, and which topics are gone. */
export class GroupCoordination implements LeadershipListener, MetadataPublisher {
  readonly #options: GroupCoordinationOptions;

  constructor(options: GroupCoordinationOptions) {
    this.#options = options;
  }

  onLead(topic: string, partition: number): void {
    if (topic !== CONSUMER_OFFSETS_TOPIC) return;
    const { groups, logger } = this.#options;
    groups.load(partition, this.#batches(partition)).catch((error: unknown) => {
      logger.error('groups could not be loaded', { partition, reason: messageOf(error), error });
    });
  }

  onResign(topic: string, partition: number): void {
    if (topic === CONSUMER_OFFSETS_TOPIC) this.#options.groups.unload(partition);
  }

  onUpdate(delta: MetadataDelta): void {
    if (delta.deletedTopics.size === 0) return;
    const names = [...delta.deletedTopics.values()].map(({ name }) => name);
    const { groups, logger } = this.#options;
    groups.onTopicsDeleted(names).catch((error: unknown) => {
      logger.warn('offsets of deleted topics could not be removed', { topics: names, error });
    });
  }

  /**
   * Everything in the log: the leader's log is what all replicas become, committed already or soon. Every batch is checked:
   * with one that is damaged groups would go on from offsets that are not theirs, and whether they may is for the operator
   * to say.
   */
  async *#batches(partition: number): AsyncIterable<Buffer> {
    const { log, environment } = this.#options;
    let offset = log.logStartOffset(CONSUMER_OFFSETS_TOPIC, partition);
    const end = log.logEndOffset(CONSUMER_OFFSETS_TOPIC, partition);
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
    let bytes: Buffer | null;
    try {
      bytes = this.#options.log.read(CONSUMER_OFFSETS_TOPIC, partition, offset, LOAD_BYTES);
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
    const { log, logger, skipDamage } = this.#options;
    const name = `${CONSUMER_OFFSETS_TOPIC}-${partition}`;
    const place = log.placeOf(CONSUMER_OFFSETS_TOPIC, partition, offset);
    if (skipDamage) {
      logger.error('groups and offsets were lost: they are damaged on the disk', {
        partition: name,
        offset,
        place,
      });
      return;
    }
    throw new OperationalError(
      'CORRUPT_LOG',
      `${name} is damaged at offset ${offset} (${place}), and its groups are not served: restore the file from a copy, ` +
        `or set offsets.load.skip.damage=true to go on without what is damaged`,
      { retriable: false },
    );
  }
}

interface LoadedBatches {
  readonly sound: Buffer;
  /** The offset of the batch after those that is damaged, if there is one. */
  readonly damagedAt: number | undefined;
  readonly nextOffset: number;
}

const NO_BYTES = Buffer.alloc(0);
