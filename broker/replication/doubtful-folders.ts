import { OperationalError } from '../../src/base/errors.ts';
import { howToGiveUp } from '../log/missing-logs.ts';
import type { Logger } from '../../src/base/logger.ts';
import type { LogId, LogManager } from '../log/log-manager.ts';
import { partitionDirectoryName } from '../log/partition-directory.ts';
import { isLost } from '../metadata/lost-replica.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { RemovedTopics } from '../metadata/removed-topics.ts';

interface DoubtfulFoldersOptions {
  readonly nodeId: number;
  readonly logManager: LogManager;
  readonly logger: Logger;
  readonly setAside: (id: LogId) => void;
  /** Whether the leader of a partition has answered in that epoch. */
  readonly isLed: (topicId: string, index: number, leaderEpoch: number) => boolean;
}

/** A folder whose records nobody may be shown as those of the topic of its name before somebody has said whose they are. */
interface Doubt {
  /** The topic id that it names; undefined where it names none. */
  readonly named: string | undefined;
  /** The topic of its name when that was found. */
  readonly topicId: string;
}

/**
 * Folders of which a start cannot tell by themselves what they are: one that is missing though it had records, one that has
 * records and does not say whose they are, and one that says that they are a topic's that this cluster has never had, or of
 * another name. Where there was no other topic of the name, records that name nobody can only be those of the topic that
 * there is. Nobody is ever shown an empty partition, or another topic's records, in their place: a replica begins anew
 * only where another broker leads, has answered, and no election can choose this replica before it has copied all.
 */
export class DoubtfulFolders {
  readonly #options: DoubtfulFoldersOptions;
  /** By the folder's name. */
  readonly #doubts = new Map<string, Doubt>();

  constructor(options: DoubtfulFoldersOptions) {
    this.#options = options;
  }

  /** Called once, when the metadata knows all of this broker's past. */
  note(image: MetadataImage, removed: RemovedTopics): void {
    const { logManager } = this.#options;
    for (const log of [...logManager.offlineLogs()]) {
      if (!log.isMissing) this.#noteOwner(log, image, removed);
      else if (this.#topicHere(log, image) === undefined || removed.names.has(log.topic))
        logManager.forgetMissing(log);
    }
    for (const log of logManager.logs()) {
      if (log.logEndOffset === 0 || !this.#noteOwner(log, image, removed)) continue;
      // Nothing of it goes by age or size before somebody has decided.
      log.config = { ...log.config, retentionMs: -1, retentionBytes: -1 };
    }
  }

  /** Whether it is not known whose the records of the folder are. */
  has(id: LogId): boolean {
    return this.#doubts.has(partitionDirectoryName(id));
  }

  /** Returns whether the owner of a folder with records is in doubt. */
  #noteOwner({ topic, partition }: LogId, image: MetadataImage, removed: RemovedTopics): boolean {
    const { logManager } = this.#options;
    const id = { topic, partition };
    const topicId = this.#topicHere(id, image);
    const named = logManager.topicIdOf(id);
    if (topicId === undefined || named === topicId) return false;
    const isInDoubt =
      named === undefined
        ? // A power loss can take the id and leave the records.
          !logManager.hadCleanShutdown && removed.names.has(topic)
        : !removed.ids.has(named);
    if (isInDoubt) this.#doubts.set(partitionDirectoryName(id), { named, topicId });
    return isInDoubt;
  }

  /** The id of the topic of that name, where this broker is to have the partition. */
  #topicHere({ topic, partition }: LogId, image: MetadataImage): string | undefined {
    const known = image.topicsByName.get(topic);
    const isHere = known?.partitions.get(partition)?.replicas.includes(this.#options.nodeId) === true;
    return isHere ? known.id : undefined;
  }

  /**
   * Gets a doubtful folder out of the way of a replica that another broker has the records of, or of a later topic.
   * @throws {OperationalError} where it is not known whose it is, and the cluster counts on this broker.
   */
  clear(id: LogId, topicId: string, image: MetadataImage): void {
    const { logManager, nodeId, setAside, isLed } = this.#options;
    const name = partitionDirectoryName(id);
    const registration = image.topicsById.get(topicId)?.partitions.get(id.partition);
    const leader = registration?.leader ?? -1;
    const isReplaceable =
      registration !== undefined &&
      leader >= 0 &&
      leader !== nodeId &&
      isLost(registration, nodeId) &&
      isLed(topicId, id.partition, registration.leaderEpoch);
    if (isReplaceable) this.#clearDamaged(id, leader);
    const doubt = this.#doubts.get(name);
    if (doubt === undefined) return;
    if (logManager.get(id) !== undefined || logManager.offlineLog(id) !== undefined) {
      const error = unknownOwner(`${logManager.directory}/${name}`, doubt);
      // Where the topic was deleted and made anew, nobody asks for what it had.
      if (doubt.topicId !== topicId) setAside(id);
      else if (isReplaceable) this.#replace(id, leader, error, doubt.named === undefined ? 'warn' : 'error');
      else throw error;
    }
    this.#doubts.delete(name);
  }

  /** What a newer release has written is none, and stays for it. */
  #clearDamaged(id: LogId, leader: number): void {
    const { logManager, logger } = this.#options;
    const log = logManager.offlineLog(id);
    if (log?.error.code !== 'CORRUPT_LOG') return;
    if (log.isMissing) {
      logger.warn('the folder of a replica is missing, its records are copied again', { ...id, leader });
      logManager.forgetMissing(id);
      return;
    }
    this.#replace(id, leader, log.error, 'error');
  }

  /** What a power loss explains, such as an id that had not reached the disk yet, is a warning: nothing is damaged. */
  #replace(id: LogId, leader: number, reason: OperationalError, level: 'warn' | 'error'): void {
    const { logManager, logger } = this.#options;
    const folder = logManager.setAside(id);
    logger[level](
      'a damaged replica is set aside, and its records are copied again from the leader: remove the folder when nobody ' +
        'needs it any more',
      { ...id, leader, folder, reason: reason.message },
    );
  }
}

function unknownOwner(directory: string, { named, topicId }: Doubt): OperationalError {
  const reason =
    named === undefined
      ? `${directory} does not say which topic it belongs to (partition.metadata is missing or damaged), and there was ` +
        'another topic of this name'
      : `${directory} says that it belongs to topic id ${named} (in partition.metadata), which is not the topic of this ` +
        'name and was never deleted in this cluster';
  return new OperationalError(
    'UNKNOWN_OWNER',
    `${reason}: if its records are those of the present one, write the lines "version: 0" and ` +
      `"topic_id: ${topicId}" into ${directory}/partition.metadata; if not, ${howToGiveUp(directory)}`,
    { retriable: false },
  );
}
