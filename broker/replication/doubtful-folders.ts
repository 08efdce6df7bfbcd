import { OperationalError } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';
import type { LogId, LogManager } from '../log/log-manager.ts';
import { partitionDirectoryName } from '../log/partition-directory.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { RemovedTopics } from '../metadata/metadata-loader.ts';

interface DoubtfulFoldersOptions {
  readonly nodeId: number;
  readonly logManager: LogManager;
  readonly logger: Logger;
  readonly setAside: (id: LogId) => void;
}

/**
 * Folders of which a start cannot tell by themselves what they are: one that is missing though it had records, and one that
 * has records and does not say whose they are. Where there was no other topic of the name they can only be those of the topic
 * that there is. Nobody is ever shown an empty partition, or another topic's records, in their place: a replica begins anew
 * only where another broker leads and has them.
 */
export class DoubtfulFolders {
  readonly #options: DoubtfulFoldersOptions;
  /** Names of folders that do not say whose they are: a power loss can take the id and leave the records. */
  readonly #nameless = new Set<string>();

  constructor(options: DoubtfulFoldersOptions) {
    this.#options = options;
  }

  /** Called once, when the metadata knows all of this broker's past. */
  note(image: MetadataImage, removed: RemovedTopics): void {
    const { logManager, nodeId } = this.#options;
    for (const log of [...logManager.offlineLogs()]) {
      const replicas = image.topicsByName.get(log.topic)?.partitions.get(log.partition)?.replicas;
      const isOurs = replicas?.includes(nodeId) === true;
      if (log.isMissing && (!isOurs || removed.names.has(log.topic))) logManager.forgetMissing(log);
    }
    if (logManager.hadCleanShutdown) return;
    for (const { topic, partition, logEndOffset } of logManager.logs()) {
      const isNameless = logManager.topicIdOf({ topic, partition }) === undefined && logEndOffset > 0;
      if (isNameless && removed.names.has(topic))
        this.#nameless.add(partitionDirectoryName({ topic, partition }));
    }
  }

  /**
   * Gets a doubtful folder out of the way of a replica that another broker has the records of.
   * @throws {OperationalError} where it does not say whose it is, and this broker is to lead.
   */
  clear(id: LogId, topicId: string, image: MetadataImage): void {
    const { logManager, logger, nodeId, setAside } = this.#options;
    const name = partitionDirectoryName(id);
    const leader = image.topicsById.get(topicId)?.partitions.get(id.partition)?.leader ?? -1;
    const isLedElsewhere = leader >= 0 && leader !== nodeId;
    if (isLedElsewhere && logManager.offlineLog(id)?.isMissing === true) {
      logger.warn('the folder of a replica is missing, its records are copied again', { ...id, leader });
      logManager.forgetMissing(id);
    }
    if (!this.#nameless.has(name)) return;
    if (logManager.get(id) !== undefined) {
      if (!isLedElsewhere) throw namelessFolder(`${logManager.directory}/${name}`, topicId);
      setAside(id);
    }
    this.#nameless.delete(name);
  }
}

function namelessFolder(directory: string, topicId: string): OperationalError {
  return new OperationalError(
    'UNKNOWN_OWNER',
    `${directory} does not say which topic it belongs to (partition.metadata is missing or damaged), and there was another ` +
      'topic of this name: if its records are those of the present one, write the lines "version: 0" and ' +
      `"topic_id: ${topicId}" into ${directory}/partition.metadata, if not, move the folder away, and start again`,
    { retriable: false },
  );
}
