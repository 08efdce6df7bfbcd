import type { Environment } from '../../src/base/environment.ts';
import { AssertionFailure } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';
import type { Log } from './log.ts';
import type { LogConfig } from './log-config.ts';

export interface LogManagerOptions {
  readonly environment: Environment;
  readonly logger?: Logger;
  /** The data folder (one entry of `log.dirs`); created and formatted when missing or empty. */
  readonly directory: string;
  readonly nodeId: number;
  /** Checked against an existing folder; a new folder gets it, or a random one. */
  readonly clusterId?: string;
  /** The configuration of a log that is found on disk, asked while opening; defaults where it answers undefined. */
  readonly configOf?: (topic: string) => LogConfig | undefined;
  /** `log.retention.check.interval.ms`, 300,000 by default. */
  readonly retentionCheckIntervalMs?: number;
  /** `log.flush.offset.checkpoint.interval.ms` and its two sisters, 5,000 by default (Kafka: 60,000 and 5,000). */
  readonly checkpointIntervalMs?: number;
  /** Bytes of recently appended batches kept in memory, over all logs. */
  readonly recentBytesMax?: number;
}

/** A partition's log on disk. */
export interface LogId {
  readonly topic: string;
  readonly partition: number;
}

/** All logs of one data folder, with the folder's lock, identity and checkpoints. */
export class LogManager {
  /**
   * Locks the folder, opens and recovers all its logs.
   * @throws {OperationalError} with code `LOCKED`, `FOREIGN_DATA` (not ours, another node's or cluster's, a newer
   * format, not readable) or a disk error: one message that says what to do.
   */
  static open(_options: LogManagerOptions): LogManager {
    throw new AssertionFailure('to be written');
  }

  declare readonly directory: string;
  declare readonly clusterId: string;
  declare readonly nodeId: number;
  /** Of this folder, a UUID in Kafka's base64url form. */
  declare readonly directoryId: string;
  /** The last process that used the folder closed it. */
  declare readonly hadCleanShutdown: boolean;
  /** From the clean-shutdown marker, -1 when unknown (KIP-966). */
  declare readonly previousBrokerEpoch: number;

  get(_id: LogId): Log | undefined {
    throw new AssertionFailure('to be written');
  }

  /** The topic id that the partition's folder was made for, when it is known. */
  topicIdOf(_id: LogId): string | undefined {
    throw new AssertionFailure('to be written');
  }

  /**
   * The log of a partition, made when missing.
   * @throws {OperationalError} `INCONSISTENT_TOPIC_ID` when the folder belongs to an earlier topic of that name.
   */
  getOrCreate(_options: LogId & { readonly topicId: string; readonly config: LogConfig }): Log {
    throw new AssertionFailure('to be written');
  }

  logs(): IterableIterator<Log> {
    throw new AssertionFailure('to be written');
  }

  /** Renames the partition's folder to `...-delete` at once and removes it after `file.delete.delay.ms`. */
  delete(_id: LogId): void {}

  /** Begins the periodic work: retention, checkpoints, `flush.ms`, producer expiry. */
  start(): void {}

  /** Writes all checkpoints now. */
  checkpoint(): void {}

  /** Flushes and closes all logs, writes checkpoints and the clean-shutdown marker, gives the lock back. */
  close(_options?: { readonly brokerEpoch?: number }): Promise<void> {
    throw new AssertionFailure('to be written');
  }
}
