import { assert } from '../../src/base/assert.ts';
import type { Environment, Timer } from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';
import { type Logger, silentLogger } from '../../src/base/logger.ts';
import { BackgroundSyncs } from './background-syncs.ts';
import { type ClosedLog, removeClosedLogs, writeClosedLogs } from './closed-log.ts';
import {
  type DataFolder,
  openDataFolder,
  removeCleanShutdownMarker,
  writeCleanShutdownMarker,
} from './data-folder.ts';
import { FolderRemoval } from './folder-removal.ts';
import { FolderSync } from './folder-sync.ts';
import { KnownLogs } from './known-logs.ts';
import { Log, type LogOptions } from './log.ts';
import { type CheckpointFile, type CheckpointIntervals, LogCheckpoints } from './log-checkpoints.ts';
import { DEFAULT_LOG_CONFIG, type LogConfig } from './log-config.ts';
import { BEGIN_ANEW, missingLogs, missingMetadata } from './missing-logs.ts';
import { isDamage, type OfflineLog, OfflineLogs, segmentBytes } from './offline-logs.ts';
import {
  CLEANER_CHECKPOINT,
  LOG_START_CHECKPOINT,
  type LogOffset,
  RECOVERY_POINT_CHECKPOINT,
} from './offset-checkpoint.ts';
import { OpenSegments } from './open-segments.ts';
import {
  asideDirectoryName,
  asideKindOf,
  DELETE_SUFFIX,
  isReservedTopic,
  METADATA_TOPIC,
  parseDirectoryName,
  partitionDirectoryName,
  refuseReserved,
  STRAY_SUFFIX,
} from './partition-directory.ts';
import { PARTITION_METADATA } from './partition-metadata.ts';
import { RecentBudget } from './recent-batches.ts';
import { RetentionRounds } from './retention-rounds.ts';
import { parseSegmentFileName } from './segment-files.ts';
import { SpaceReserve } from './space-reserve.ts';
import { TopicFiles } from './topic-files.ts';

interface LogManagerOptions {
  readonly environment: Environment;
  readonly logger?: Logger;
  /** The data folder (one entry of `log.dirs`); created and formatted when missing or empty. */
  readonly directory: string;
  readonly nodeId: number;
  /** Checked against an existing folder; a new folder gets it. */
  readonly clusterId?: string;
  /** What a new folder gets where {@link clusterId} says nothing; a random one when this says nothing, either. */
  readonly newClusterId?: string;
  /** The configuration of a log that is found on disk, asked while opening; defaults where it answers undefined. */
  readonly configOf?: (topic: string) => LogConfig | undefined;
  /** `log.retention.check.interval.ms`, 300,000 by default. */
  readonly retentionCheckIntervalMs?: number;
  /** How often each checkpoint is written, where it has changed; Kafka's defaults where this does not say. */
  readonly checkpointIntervalsMs?: CheckpointIntervals;
  /** `log.flush.scheduler.interval.ms`, 1,000 by default. */
  readonly flushCheckIntervalMs?: number;
  /** Bytes of recently appended batches kept in memory, over all logs; 32 MiB by default. */
  readonly recentBytesMax?: number;
  /** Sealed segments whose files are held open, over all logs; 500 by default. */
  readonly openSegmentsMax?: number;
  /** Folders of somebody else beside the logs, which are no news. */
  readonly foreignFolders?: readonly string[];
}

/** A partition's log on disk. */
export interface LogId {
  readonly topic: string;
  readonly partition: number;
}

/** Where a file system keeps what it has found without a name. */
const FOLDER_OF_FILE_SYSTEM = 'lost+found';
const RETENTION_CHECK_INTERVAL_MS = 300_000;
const FLUSH_CHECK_INTERVAL_MS = 1_000;
const RESERVE_CHECK_INTERVAL_MS = 5_000;
const RECENT_BYTES_MAX = 32 * 1024 * 1024;
const OPEN_SEGMENTS_MAX = 500;
/** Logs that are closed at a time. */
const CLOSING_MAX = 16;

/** All logs of one data folder, with the folder's lock, identity and checkpoints. */
export class LogManager {
  readonly directory: string;
  readonly #environment: Environment;
  readonly #logger: Logger;
  readonly #options: LogManagerOptions;
  readonly #reserve: SpaceReserve;
  readonly #folder: DataFolder;
  readonly #recentBudget: RecentBudget;
  readonly #openSegments: OpenSegments;
  /** By folder name. */
  readonly #logs = new Map<string, Log>();
  readonly #topics: TopicFiles;
  readonly #offline = new OfflineLogs();
  /** Of the Raft log, until its owner opens it. */
  #metadataRecoveryPoint: LogOffset | undefined;
  readonly #checkpoints: LogCheckpoints;
  readonly #removal: FolderRemoval;
  readonly #syncs: BackgroundSyncs;
  readonly #folderSync: FolderSync;
  readonly #retention: RetentionRounds;
  #timers: Timer[] = [];

  private constructor(options: LogManagerOptions) {
    this.#options = options;
    this.#environment = options.environment;
    this.#logger = options.logger ?? silentLogger;
    this.directory = options.directory;
    this.#recentBudget = new RecentBudget(options.recentBytesMax ?? RECENT_BYTES_MAX);
    this.#openSegments = new OpenSegments(options.openSegmentsMax ?? OPEN_SEGMENTS_MAX);
    this.#reserve = new SpaceReserve({ ...options, logger: this.#logger });
    this.#folder = openDataFolder(options.environment, options.directory, options, this.#reserve);
    this.#removal = new FolderRemoval(options.environment, this.#logger);
    this.#syncs = new BackgroundSyncs(options.environment, this.#logger);
    this.#folderSync = new FolderSync(options.environment.disk, options.directory);
    this.#topics = new TopicFiles(options.environment.disk, options.directory, this.#syncs);
    this.#checkpoints = new LogCheckpoints({
      environment: options.environment,
      logger: this.#logger,
      directory: this.directory,
      logs: () => this.#logs.values(),
      syncFolders: () => this.#folderSync.sync(),
      unopened: (file) => this.#unopenedOffsets(file),
    });
    this.#retention = new RetentionRounds({
      environment: options.environment,
      logger: this.#logger,
      logs: () => this.#logs.values(),
      writeLogStarts: () => this.#reserve.attemptLater(() => this.checkpoint()),
    });
    try {
      this.#openLogs();
      removeCleanShutdownMarker(this.#environment.disk, this.directory);
      removeClosedLogs(this.#environment.disk, this.directory);
      this.#reserve.attempt(() => this.#checkpoints.writeNow());
    } catch (error) {
      void this.#removal.close();
      for (const log of this.#logs.values()) log.closeHandles();
      this.#folder.lock.release();
      throw error;
    }
  }

  /**
   * Locks the folder, opens and recovers all its logs. One that cannot be opened is offline ({@link offline}): it is named,
   * nothing in its folder is changed, and the others are served.
   * @throws {OperationalError} with code `LOCKED`, `FOREIGN_DATA` (not ours, another node's or cluster's, a newer
   * format, not readable) or a disk error: one message that says what to do.
   */
  static open(options: LogManagerOptions): LogManager {
    return new LogManager(options);
  }

  get clusterId(): string {
    return this.#folder.meta.clusterId;
  }

  get nodeId(): number {
    return this.#folder.meta.nodeId;
  }

  /** Of this folder, a UUID in Kafka's base64url form. */
  get directoryId(): string {
    return this.#folder.meta.directoryId;
  }

  /** The last process that used the folder closed it. */
  get hadCleanShutdown(): boolean {
    return this.#folder.hadCleanShutdown;
  }

  /** From the clean-shutdown marker, -1 when unknown (KIP-966). */
  get previousBrokerEpoch(): number {
    return this.#folder.previousBrokerEpoch;
  }

  get(id: LogId): Log | undefined {
    return this.#logs.get(partitionDirectoryName(id));
  }

  /** The topic id that the partition's folder was made for, when it is known. */
  topicIdOf(id: LogId): string | undefined {
    return this.#topics.idOf(partitionDirectoryName(id));
  }

  /**
   * The log of a partition, made when missing.
   * @throws {OperationalError} `INCONSISTENT_TOPIC_ID` when the folder belongs to another topic of that name,
   * `RESERVED_NAME` when it would lie over a folder of the broker's own; why it cannot be opened, when it is offline.
   */
  getOrCreate(options: LogId & { readonly topicId: string; readonly config: LogConfig }): Log {
    refuseReserved(options);
    const offline = this.#offline.get(options);
    if (offline !== undefined) this.#openOffline(offline);
    return this.#create(options) ?? this.#getOrCreate(options, { recoveryPoint: 0 });
  }

  /** The Raft log of the metadata. It is small, and everything depends on it: it is always checked. */
  openMetadataLog(options: { readonly topicId: string; readonly config: LogConfig }): Log {
    const id = { topic: METADATA_TOPIC, partition: 0 };
    const isAlone = this.#logs.size === 0 && this.#offline.size === 0;
    if (this.#metadataRecoveryPoint === undefined && !isAlone) throw missingMetadata(this.directory);
    return this.#getOrCreate(
      { ...id, ...options },
      { recoveryPoint: this.#metadataRecoveryPoint?.offset ?? 0 },
    );
  }

  /**
   * Undefined when a log may be made under this name now; else a promise that resolves then. The checkpoints may still
   * speak of a log of that name that was deleted a moment ago, and after a crash that would be taken for the new one's.
   */
  whenFree(id: LogId): Promise<void> | undefined {
    return this.#checkpoints.whenForgotten(partitionDirectoryName(id));
  }

  logs(): IterableIterator<Log> {
    return this.#logs.values();
  }

  /** Partitions that are on the disk and could not be opened. */
  offlineLogs(): IterableIterator<OfflineLog> {
    return this.#offline.values();
  }

  offlineLog(id: LogId): OfflineLog | undefined {
    return this.#offline.get(id);
  }

  /** Closes a log in which damage was found. Its folder stays as it is, and is not opened again before the next start. */
  takeOffline(id: LogId, error: OperationalError): void {
    const log = this.get(id);
    assert(log !== undefined, 'a log that is taken offline is open');
    log.closeHandles();
    const name = partitionDirectoryName(id);
    const { recoveryPoint, highWatermark, logStartOffset, directory, sizeInBytes, compaction } = log;
    const { cleanedTo } = compaction;
    const known = { recoveryPoint, highWatermark, logStartOffset, cleanedTo, hadCleanShutdown: false };
    this.#logs.delete(name);
    this.#offline.add({ ...id, directory, error, sizeInBytes, known, isMissing: false });
  }

  /**
   * Renames the partition's folder to `...-delete` at once and removes it after `file.delete.delay.ms`. Nothing waits for
   * the disk: a crash that undoes the renaming brings back a folder whose topic id the metadata does not know.
   *
   * @throws {OperationalError} when the disk does not let it: the log is closed, its folder still there, and this may
   * be tried again.
   */
  delete(id: LogId): void {
    const log = this.get(id);
    this.forgetMissing(id);
    if (log === undefined && this.#offline.get(id) === undefined) return;
    const { fileDeleteDelayMs } = log?.config ?? DEFAULT_LOG_CONFIG;
    this.#removal.schedule(this.#moveAside(id, DELETE_SUFFIX), fileDeleteDelayMs);
  }

  /**
   * Renames the folder of a partition that the metadata does not know to `...-stray`: it is kept, and not opened any more.
   * @returns the new name.
   * @throws {OperationalError} as {@link delete}.
   */
  setAside(id: LogId): string {
    return this.#moveAside(id, STRAY_SUFFIX);
  }

  /** Begins the periodic work: retention, checkpoints, `flush.ms`, producer expiry. */
  start(): void {
    const { timers } = this.#environment;
    this.#reserve.restore();
    if (this.#reserve.isShort) void this.applyRetention();
    const { retentionCheckIntervalMs, checkpointIntervalsMs, flushCheckIntervalMs } = this.#options;
    this.#timers = [
      timers.every(retentionCheckIntervalMs ?? RETENTION_CHECK_INTERVAL_MS, () => void this.applyRetention()),
      timers.every(flushCheckIntervalMs ?? FLUSH_CHECK_INTERVAL_MS, () => this.#flushDueLogs()),
      timers.every(RESERVE_CHECK_INTERVAL_MS, () => this.#reserve.restore()),
      ...this.#checkpoints.start(checkpointIntervalsMs),
    ];
  }

  /** One round of retention over all logs; the timer does it, tests may. */
  applyRetention(): Promise<void> {
    return this.#retention.run();
  }

  /** Resolves when the checkpoint files say what is now true; those that have not changed are left alone. */
  checkpoint(): Promise<void> {
    return this.#checkpoints.write();
  }

  /** Resolves when the checkpoint says up to where logs are compacted now. */
  writeCleanerCheckpoint(): Promise<void> {
    return this.#checkpoints.write([CLEANER_CHECKPOINT]);
  }

  /** Flushes and closes all logs, writes checkpoints and the clean-shutdown marker, gives the lock back. */
  async close(options?: { readonly brokerEpoch?: number }): Promise<void> {
    for (const timer of this.#timers) timer.cancel();
    this.#checkpoints.close();
    try {
      await this.#retention.close();
      await this.#removal.close();
      const failures = await this.#closeLogs();
      await this.#syncs.close();
      await this.checkpoint();
      // Only what is known to be safe is marked as such.
      if (failures.length > 0) throw failures[0];
      const brokerEpoch = options?.brokerEpoch ?? -1;
      writeClosedLogs(this.#environment.disk, this.directory, {
        brokerEpoch,
        logs: this.#closedLogs(),
        unclean: new Set(this.#offline.uncleanNames()),
      });
      writeCleanShutdownMarker(this.#environment.disk, this.directory, brokerEpoch);
    } finally {
      this.#folder.lock.release();
    }
  }

  #closedLogs(): ReadonlyMap<string, ClosedLog> {
    const closed = new Map<string, ClosedLog>();
    for (const [name, log] of this.#logs) {
      const topic = this.#topics.describe(name);
      if (log.closed !== undefined && topic !== undefined) closed.set(name, { ...log.closed, topic });
    }
    return closed;
  }

  /** Some at a time: each holds files and a folder open while it syncs them. */
  async #closeLogs(): Promise<readonly unknown[]> {
    const failures: unknown[] = [];
    const logs = this.#logs.values();
    const closeOneByOne = async (): Promise<void> => {
      for (const log of logs) await log.close().catch((error: unknown) => failures.push(error));
    };
    await Promise.all(Array.from({ length: CLOSING_MAX }, closeOneByOne));
    return failures;
  }

  #openLogs(): void {
    const { disk } = this.#environment;
    const known = new KnownLogs({
      disk,
      logger: this.#logger,
      directory: this.directory,
      hadCleanShutdown: this.hadCleanShutdown,
      brokerEpoch: this.previousBrokerEpoch,
    });
    const ignored: string[] = [];
    const aside = new Set<string>();
    const { foreignFolders = [] } = this.#options;
    const isForeign = (name: string): boolean =>
      name === FOLDER_OF_FILE_SYSTEM || foreignFolders.includes(name);
    for (const name of disk.list(this.directory)) {
      const path = `${this.directory}/${name}`;
      if (!known.wasClosed(name) && !disk.isDirectory(path)) continue;
      const asideKind = asideKindOf(name);
      if (asideKind !== undefined) aside.add(name.slice(0, name.lastIndexOf('.')));
      if (asideKind === 'delete') {
        this.#removal.schedule(path, 0);
        continue;
      }
      const id = parseDirectoryName(name);
      if (id?.topic === METADATA_TOPIC && id.partition === 0) {
        this.#metadataRecoveryPoint = { ...id, offset: known.offsetsOf(name).recoveryPoint };
        continue;
      }
      const isPartition = id !== undefined && !isReservedTopic(id.topic) && this.#openFound(id, known);
      if (!isPartition && !isForeign(name)) ignored.push(name);
    }
    const metadata = known.offsetsOf(`${METADATA_TOPIC}-0`).recoveryPoint;
    if (metadata > 0)
      this.#metadataRecoveryPoint ??= { topic: METADATA_TOPIC, partition: 0, offset: metadata };
    const isFound = (id: LogId): boolean => this.get(id) !== undefined || this.#offline.get(id) !== undefined;
    for (const log of missingLogs(known, { directory: this.directory, isFound, aside }))
      this.#offline.add(log);
    if (ignored.length > 0) {
      this.#logger.warn('folders that hold no partition of this broker are left alone', {
        directory: this.directory,
        folders: ignored,
      });
    }
  }

  /** Nothing is missing: the topic was deleted, or another replica has the records. The name is free again. */
  forgetMissing(id: LogId): void {
    if (this.#offline.get(id)?.isMissing !== true) return;
    this.#offline.delete(id);
    this.#checkpoints.onLogDeleted(partitionDirectoryName(id));
  }

  /**
   * Opens the log in a folder that a start has found; false where the folder holds none. What is damaged, or what the disk does
   * not give, is one partition's own: whether it is restored or given up is not for the other partitions to wait for.
   */
  #openFound(id: LogId, known: KnownLogs): boolean {
    const { disk } = this.#environment;
    const name = partitionDirectoryName(id);
    const path = `${this.directory}/${name}`;
    const offsets = known.offsetsOf(name);
    const config = this.#options.configOf?.(id.topic) ?? DEFAULT_LOG_CONFIG;
    try {
      const closed = known.closedLog(name, path);
      if (closed?.topic !== undefined) {
        this.#topics.adopt(name, closed.topic);
        this.#openLog(name, { ...offsets, config, closed });
        return true;
      }
      const names = disk.list(path);
      if (names.includes(BEGIN_ANEW) && names.length === 1) {
        this.#beginAnew(name);
        return true;
      }
      if (!isPartitionFolder(names)) return false;
      this.#topics.read(name);
      this.#openLog(name, { ...offsets, config });
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      const offline = {
        ...id,
        directory: path,
        error,
        sizeInBytes: segmentBytes(disk, path),
        known: offsets,
        isMissing: false,
      };
      this.#offline.add(offline);
      this.#complain(offline);
    }
    return true;
  }

  #beginAnew(name: string): void {
    const directory = `${this.directory}/${name}`;
    this.#logger.warn('a partition begins anew without its records: its folder says so', { directory });
    this.#environment.disk.remove(`${directory}/${BEGIN_ANEW}`);
    this.#openLog(name, { config: DEFAULT_LOG_CONFIG, isNew: true });
  }

  /** Another attempt at a log that is offline. @throws {OperationalError} why it still is. */
  #openOffline(offline: OfflineLog): void {
    const { topic, known } = offline;
    // What was read and found damaged will not be otherwise; a disk that refused may give it now.
    if (isDamage(offline.error)) throw offline.error;
    const name = partitionDirectoryName(offline);
    try {
      this.#topics.read(name);
      this.#openLog(name, {
        ...known,
        config: this.#options.configOf?.(topic) ?? DEFAULT_LOG_CONFIG,
      });
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      const again = { ...offline, error };
      this.#offline.add(again);
      if (error.message !== offline.error.message) this.#complain(again);
      throw error;
    }
    this.#offline.delete(offline);
  }

  #complain({ topic, partition, directory, error }: OfflineLog): void {
    this.#logger.error('a partition is offline: its log cannot be opened', {
      topic,
      partition,
      directory,
      reason: error.message,
    });
  }

  *#unopenedOffsets(file: CheckpointFile): IterableIterator<LogOffset> {
    const metadata = this.#metadataRecoveryPoint;
    const isMetadataOpen = metadata !== undefined && this.get(metadata) !== undefined;
    if (file === RECOVERY_POINT_CHECKPOINT && metadata !== undefined && !isMetadataOpen) yield metadata;
    yield* this.#offline.checkpointEntries(file);
  }

  /**
   * Makes the log of a new partition with four calls of the disk, for thousands are made at a time; undefined where there is
   * a folder of that name. A crash may leave the folder without its `partition.metadata`, or with half of it: the next
   * start, or the next attempt, takes it for that of the topic of its name, and there is no record in it yet.
   */
  #create(options: LogId & { readonly topicId: string; readonly config: LogConfig }): Log | undefined {
    const name = partitionDirectoryName(options);
    if (this.#logs.has(name)) return undefined;
    if (!this.#environment.disk.createDirectory(`${this.directory}/${name}`)) return undefined;
    this.#topics.write(name, options.topicId);
    this.#syncs.folder(this.directory);
    return this.#openLog(name, { config: options.config, isNew: true });
  }

  #getOrCreate(
    options: LogId & { readonly topicId: string; readonly config: LogConfig },
    { recoveryPoint }: { readonly recoveryPoint: number },
  ): Log {
    const name = partitionDirectoryName(options);
    const existing = this.#logs.get(name);
    // A folder may be there that was not opened: where upper and lower case are one, it may be another topic's.
    const knownId = existing === undefined ? this.#topics.idInFolder(name) : this.#topics.idOf(name);
    if (knownId !== undefined && knownId !== options.topicId) {
      throw new OperationalError(
        'INCONSISTENT_TOPIC_ID',
        `${this.directory}/${name} belongs to topic id ${knownId}, not to ${options.topicId}; delete the log first`,
        { retriable: false },
      );
    }
    if (existing !== undefined) {
      existing.config = options.config;
      if (knownId === undefined) {
        const { topicId } = options;
        this.#logger.warn(
          'a folder does not say whose it is, and is taken for that of the topic of its name',
          {
            folder: `${this.directory}/${name}`,
            topicId,
          },
        );
        this.#topics.write(name, topicId);
        this.#syncs.folder(existing.directory);
      }
      return existing;
    }
    const log = this.#openLog(name, { config: options.config, recoveryPoint, hadCleanShutdown: false });
    this.#topics.write(name, options.topicId);
    this.#syncs.folder(this.directory);
    return log;
  }

  /** Closes a log and gets its folder out of the way; its new path is the answer. */
  #moveAside(id: LogId, suffix: typeof DELETE_SUFFIX | typeof STRAY_SUFFIX): string {
    refuseReserved(id);
    const log = this.get(id);
    assert(log !== undefined || this.#offline.get(id) !== undefined, 'a log that is moved aside is there');
    const { disk, random } = this.#environment;
    log?.closeHandles();
    const aside = `${this.directory}/${asideDirectoryName(id, suffix, random.bytes(16))}`;
    const name = partitionDirectoryName(id);
    disk.rename(`${this.directory}/${name}`, aside);
    // Only now: as long as the folder is there it must not be taken for that of a later topic of the name.
    this.#logs.delete(name);
    this.#offline.delete(id);
    this.#topics.forget(name);
    this.#checkpoints.onLogDeleted(name);
    return aside;
  }

  #openLog(name: string, options: Omit<LogOptions, 'environment' | 'directory'>): Log {
    const log = Log.open({
      ...options,
      environment: this.#environment,
      logger: this.#logger,
      directory: `${this.directory}/${name}`,
      recentBudget: this.#recentBudget,
      openSegments: this.#openSegments,
      ...(name === `${METADATA_TOPIC}-0` ? {} : { space: this.#reserve }),
      syncParent: () => this.#folderSync.sync(),
      onRecoveryPointLowered: () => this.#checkpoints.writeFileNow(RECOVERY_POINT_CHECKPOINT),
      onCleanedToLowered: () => this.#checkpoints.writeFileNow(CLEANER_CHECKPOINT),
      onLogStartRaised: () => this.#checkpoints.writeFileNow(LOG_START_CHECKPOINT),
    });
    this.#logs.set(name, log);
    this.#folderSync.onMade();
    this.#checkpoints.onLogAdded();
    return log;
  }

  #flushDueLogs(): void {
    for (const log of this.#logs.values()) {
      if (!log.isFlushDue) continue;
      log.flush().catch((error: unknown) => {
        // Why a partition was stopped has been said already.
        if (log.failure === undefined)
          this.#logger.error('a log could not be flushed', { directory: log.directory, error });
      });
    }
  }
}

/** A folder of that name may be anything, such as somebody's photographs of a year. */
function isPartitionFolder(names: readonly string[]): boolean {
  return names.some((name) => name === PARTITION_METADATA || parseSegmentFileName(name) !== undefined);
}
