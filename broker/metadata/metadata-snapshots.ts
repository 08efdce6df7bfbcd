import type { Timer, Timers } from '../../src/base/environment.ts';
import type { RaftNode } from '../quorum/raft-node.ts';
import type { CommittedBatch, CommittedSnapshot, RaftListener } from '../quorum/raft-listener.ts';
import { imageRecords } from './image-records.ts';
import type { MetadataImage } from './metadata-image.ts';
import type { MetadataLoader } from './metadata-loader.ts';
import { encodeMetadataRecord } from './metadata-record-codec.ts';

/** Less than this is replayed in a moment: it is no reason to write a snapshot. */
const TAIL_BYTES_MIN = 64 * 1024;
/** At a clean stop this part of the last snapshot's size is worth a new one: the next start reads that and nothing else. */
const STOP_TAIL_PART = 1 / 4;
/** After a failure, such as a full disk. */
const RETRY_MS = 60_000;

/** When snapshots of the metadata are written. */
export interface SnapshotSettings {
  /** `metadata.log.max.record.bytes.between.snapshots` */
  readonly bytesBetweenSnapshots: number;
  /** `metadata.log.max.snapshot.interval.ms`; 0: never because of time. */
  readonly snapshotIntervalMs: number;
}

/** Kafka's defaults. */
export const SNAPSHOT_SETTINGS: SnapshotSettings = {
  bytesBetweenSnapshots: 20 * 1024 * 1024,
  snapshotIntervalMs: 3_600_000,
};

interface MetadataSnapshotsOptions {
  readonly timers: Timers;
  readonly raft: RaftNode;
  readonly loader: MetadataLoader;
  readonly settings: SnapshotSettings;
}

/**
 * Writes snapshots of the metadata (KIP-630), on every node for itself, so that a start need not replay all that has ever
 * happened. One is due after `metadata.log.max.record.bytes.between.snapshots` and after
 * `metadata.log.max.snapshot.interval.ms`, as in Kafka, and as soon as the records behind the last one take as much room as
 * that does: writing costs no more than a part of what was written anyway, and a start reads twice the metadata at most.
 *
 * Hears of commits after `loader`, whose image it writes.
 */
export class MetadataSnapshots implements RaftListener {
  readonly #options: MetadataSnapshotsOptions;
  /** Of the last snapshot; 0 before the first. */
  #snapshotBytes = 0;
  /** Of the records behind it. */
  #tailBytes = 0;
  /** When the last record was appended, by the clock of who led then. */
  #lastTimestampMs = 0;
  #writing: Promise<void> | undefined;
  /** Until then nothing is written, or by then something is. */
  #timer: Timer | undefined;
  #isPaused = false;
  #isClosed = false;

  constructor(options: MetadataSnapshotsOptions) {
    this.#options = options;
  }

  onSnapshot(snapshot: CommittedSnapshot): void {
    this.#snapshotBytes = snapshot.sizeInBytes;
  }

  onCommitted(batch: CommittedBatch): void {
    this.#tailBytes += batch.sizeInBytes;
    this.#lastTimestampMs = batch.appendTimestampMs;
  }

  onDelivered(): void {
    const { settings, timers } = this.#options;
    if (this.#isClosed || this.#isPaused || this.#writing !== undefined || this.#tailBytes === 0) return;
    const tailBytesMax = Math.max(TAIL_BYTES_MIN, this.#snapshotBytes);
    if (this.#tailBytes >= Math.min(settings.bytesBetweenSnapshots, tailBytesMax)) {
      this.#begin();
    } else if (settings.snapshotIntervalMs > 0) {
      this.#timer ??= timers.after(settings.snapshotIntervalMs, () => this.#begin());
    }
  }

  onLeaderChange(): void {}

  /** Ends what is being written, and at a clean stop writes what the next start would have to replay. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopTimer();
    await this.#writing;
    const isWorthIt = this.#tailBytes > Math.max(TAIL_BYTES_MIN / 4, this.#snapshotBytes * STOP_TAIL_PART);
    if (isWorthIt && !this.#isPaused && !this.#options.raft.isClosed)
      await this.#write(this.#options.loader.image);
  }

  #begin(): void {
    this.#stopTimer();
    this.#writing = this.#write(this.#options.loader.image).then(() => {
      this.#writing = undefined;
      this.onDelivered();
    });
  }

  async #write(image: MetadataImage): Promise<void> {
    const tailBytes = this.#tailBytes;
    this.#tailBytes = 0;
    const id = { endOffset: image.offset + 1, epoch: image.epoch };
    const sizeInBytes = await this.#options.raft.createSnapshot(id, {
      values: encodedRecords(image),
      timestampMs: this.#lastTimestampMs,
    });
    if (sizeInBytes !== undefined) {
      this.#snapshotBytes = sizeInBytes;
      return;
    }
    this.#tailBytes += tailBytes;
    this.#pause();
  }

  #pause(): void {
    if (this.#isClosed) return;
    this.#isPaused = true;
    this.#timer = this.#options.timers.after(RETRY_MS, () => {
      this.#stopTimer();
      this.#isPaused = false;
      this.onDelivered();
    });
  }

  #stopTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}

function* encodedRecords(image: MetadataImage): Generator<Buffer, void, undefined> {
  for (const record of imageRecords(image)) yield encodeMetadataRecord(record);
}
