import { crc32c } from '../../src/base/crc32c.ts';
import type { Disk, FileStat } from '../../src/base/environment.ts';
import { messageOf } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';
import type { EpochEntry } from './leader-epoch-cache.ts';
import { PARTITION_METADATA } from './partition-metadata.ts';
import type { TopicFile } from './topic-files.ts';
import { type SegmentFileKind, segmentFileName } from './segment-files.ts';
import type { IndexSeal } from './transaction-index-seals.ts';

/** Everything that opening a log finds out from its files, as it was when the log was closed. */
export interface ClosedLog {
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  readonly epochs: readonly EpochEntry[];
  /** None where the log has never had a record. */
  readonly segments: readonly ClosedSegment[];
  /** Offsets of the producer snapshots. */
  readonly snapshots: readonly number[];
  readonly hasProducers: boolean;
  /** When files came or went in the log's folder last. */
  readonly directoryModifiedMs: number;
  /** What the folder's `partition.metadata` says; none where nobody knows. */
  readonly topic?: TopicFile;
}

export interface ClosedSegment extends FileStat {
  readonly baseOffset: number;
  /** Its index of aborted transactions, where it has one: without it readers would take what was aborted for committed. */
  readonly aborted?: IndexSeal;
}

/** What a clean stop writes down, by folder name. */
export interface ClosedLogs {
  readonly logs: ReadonlyMap<string, ClosedLog>;
  /** Logs that could not be opened, and whose end is as a crash before that left it: the stop did not close them. */
  readonly unclean: ReadonlySet<string>;
}

export const NO_CLOSED_LOGS: ClosedLogs = { logs: new Map(), unclean: new Set() };

const CLOSED_LOGS_FILE = '.closed-logs';
const VERSION = 3;

/**
 * Writes down what the logs of a data folder were when a clean stop closed them, by folder name: the next start need not
 * open thousands of partitions to learn it again. It is worth something together with the clean-shutdown marker only, and
 * the broker's epoch ties the two: where another program (Kafka, an earlier release) used the folder in between, the
 * marker has that one's epoch. Its first line is the CRC-32C of the rest.
 */
export function writeClosedLogs(
  disk: Disk,
  directory: string,
  { brokerEpoch, logs, unclean }: ClosedLogs & { readonly brokerEpoch: number },
): void {
  const content = Buffer.from(
    JSON.stringify({ version: VERSION, brokerEpoch, logs: Object.fromEntries(logs), unclean: [...unclean] }),
  );
  disk.replaceFile(
    `${directory}/${CLOSED_LOGS_FILE}`,
    Buffer.concat([Buffer.from(`${crc32c(content)}\n`), content]),
  );
}

/** What {@link writeClosedLogs} wrote; nothing where it does not belong to this stop or cannot be read: then the files are read. */
export function readClosedLogs(
  disk: Disk,
  directory: string,
  { brokerEpoch, logger }: { readonly brokerEpoch: number; readonly logger: Logger },
): ClosedLogs {
  const path = `${directory}/${CLOSED_LOGS_FILE}`;
  if (disk.fileStat(path) === undefined) return NO_CLOSED_LOGS;
  try {
    const bytes = disk.readFile(path);
    const end = bytes.indexOf('\n');
    const content = bytes.subarray(end + 1);
    if (Number(bytes.toString('latin1', 0, Math.max(0, end))) !== crc32c(content))
      throw new Error('its checksum is wrong');
    const { version, ...rest } = JSON.parse(content.toString('utf8')) as {
      readonly version: number;
      readonly brokerEpoch: number;
      readonly logs: Readonly<Record<string, ClosedLog>>;
      readonly unclean: readonly string[];
    };
    if (version !== VERSION || rest.brokerEpoch !== brokerEpoch) return NO_CLOSED_LOGS;
    return { logs: new Map(Object.entries(rest.logs)), unclean: new Set(rest.unclean) };
  } catch (error) {
    logger.warn('the list of closed logs cannot be used, and their files are read', {
      path,
      reason: messageOf(error),
    });
    return NO_CLOSED_LOGS;
  }
}

export function removeClosedLogs(disk: Disk, directory: string): void {
  disk.remove(`${directory}/${CLOSED_LOGS_FILE}`);
}

/**
 * Whether a log's folder has the files that it had when the log was closed, of the same length and not written to since. A
 * segment that is missing, cut short or changed, or one more, is then found by opening the log in the usual way, and named.
 */
export function looksClosed(disk: Disk, directory: string, log: ClosedLog): boolean {
  if (disk.directoryModifiedMs(directory) !== log.directoryModifiedMs) return false;
  if (disk.fileStat(`${directory}/${PARTITION_METADATA}`)?.modifiedMs !== log.topic?.modifiedMs) return false;
  return log.segments.every(({ baseOffset, sizeInBytes, modifiedMs, aborted }) => {
    const path = (kind: SegmentFileKind): string => `${directory}/${segmentFileName(baseOffset, kind)}`;
    const now = disk.fileStat(path('log'));
    if (now?.sizeInBytes !== sizeInBytes || now.modifiedMs !== modifiedMs) return false;
    return aborted === undefined || disk.fileStat(path('txnindex'))?.sizeInBytes === aborted.sizeInBytes;
  });
}

/** The indexes of aborted transactions of a log, by the base offsets of their segments. */
export function sealsOf({ segments }: ClosedLog): ReadonlyMap<number, IndexSeal> {
  const seals = new Map<number, IndexSeal>();
  for (const { baseOffset, aborted } of segments) if (aborted !== undefined) seals.set(baseOffset, aborted);
  return seals;
}
