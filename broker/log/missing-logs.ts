import { OperationalError } from '../../src/base/errors.ts';
import type { TopicPartition } from '../../src/protocol/topic-partition.ts';
import type { KnownLogs, KnownOffsets } from './known-logs.ts';
import type { OfflineLog } from './offline-logs.ts';
import { isReservedTopic, METADATA_TOPIC, parseDirectoryName } from './partition-directory.ts';

/** A file of this name, alone in a partition's folder, says that what was in it is given up. */
export const BEGIN_ANEW = 'begin-anew';

/**
 * Finds the logs that had records and of which a start has found nothing: their folders are not there, or empty. Somebody has
 * removed them, or a topic was deleted a moment before a crash: what was got out of the way (`aside`) is no loss, and of the
 * others the metadata says what they are.
 */
export function* missingLogs(
  known: KnownLogs,
  options: {
    readonly directory: string;
    readonly isFound: (id: TopicPartition) => boolean;
    readonly aside: ReadonlySet<string>;
  },
): IterableIterator<OfflineLog> {
  for (const name of known.namesWithRecords()) {
    const id = parseDirectoryName(name);
    if (id === undefined || isReservedTopic(id.topic) || options.isFound(id) || options.aside.has(name))
      continue;
    yield missingLog(id, `${options.directory}/${name}`, known.offsetsOf(name));
  }
}

function missingLog(id: TopicPartition, directory: string, known: KnownOffsets): OfflineLog {
  const offset = Math.max(known.recoveryPoint, known.highWatermark, known.logStartOffset ?? 0);
  const error = lost(
    `${directory} is missing, though it had records up to offset ${offset}: restore the folder from a copy, or ` +
      howToGiveUp(directory),
  );
  return { ...id, directory, error, sizeInBytes: 0, known, isMissing: true };
}

/** Thrown where the folder of the metadata is not there, and those of partitions are. */
export function missingMetadata(directory: string): OperationalError {
  return lost(
    `${directory}/${METADATA_TOPIC}-0 is missing, though there are partitions beside it, which nobody knows without it: ` +
      'restore the folder from a copy, or begin anew with an empty data folder',
  );
}

/** What to do about a log whose files are damaged or missing. */
export function remedyFor(directory: string): string {
  // Without the metadata all partitions would be taken for strays.
  return directory.endsWith(`/${METADATA_TOPIC}-0`)
    ? 'restore the file from a copy, or begin anew with an empty data folder'
    : `restore the file from a copy, or ${howToGiveUp(directory)}`;
}

/** What to do where there is no copy of a partition. */
export function howToGiveUp(directory: string): string {
  return (
    `delete the topic, or, to go on without these records, leave nothing in ${directory} but an empty file named ` +
    `${BEGIN_ANEW}, and start again`
  );
}

function lost(message: string): OperationalError {
  return new OperationalError('CORRUPT_LOG', message, { retriable: false });
}
