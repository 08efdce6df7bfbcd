import { shareOpenFiles } from '../../src/base/open-files.ts';
import type { CheckpointIntervals } from '../log/log-checkpoints.ts';
import {
  HIGH_WATERMARK_CHECKPOINT,
  LOG_START_CHECKPOINT,
  RECOVERY_POINT_CHECKPOINT,
} from '../log/offset-checkpoint.ts';
import type { SnapshotSettings } from '../metadata/metadata-snapshots.ts';
import type { BrokerConfig } from './broker-config.ts';

/** Batches kept in memory for readers at the tail: what is not kept comes from the page cache, which costs a little more. */
const RECENT_BYTES_MAX = 16 * 1024 * 1024;

/** What the configuration says of the logs of a data folder and of the duties that go over all of them. */
interface LogSettings {
  readonly retentionCheckIntervalMs: number;
  readonly checkpointIntervalsMs: CheckpointIntervals;
  readonly flushCheckIntervalMs?: number;
  readonly recentBytesMax: number;
  readonly openSegmentsMax: number;
}

export function logSettings(config: BrokerConfig, openFilesMax: number): LogSettings {
  return {
    retentionCheckIntervalMs: config.get('log.retention.check.interval.ms'),
    checkpointIntervalsMs: {
      [RECOVERY_POINT_CHECKPOINT]: timerMs(config.get('log.flush.offset.checkpoint.interval.ms')),
      [LOG_START_CHECKPOINT]: timerMs(config.get('log.flush.start.offset.checkpoint.interval.ms')),
      [HIGH_WATERMARK_CHECKPOINT]: timerMs(config.get('replica.high.watermark.checkpoint.interval.ms')),
    },
    ...flushChecks(config),
    recentBytesMax: RECENT_BYTES_MAX,
    openSegmentsMax: shareOpenFiles(openFilesMax).segmentsMax,
  };
}

/** An interval as timers take it, 1 ms where somebody wants no pause. */
function timerMs(interval: number | string): number {
  return Math.max(1, Number(interval));
}

/** By Kafka's default nobody ever looks whether `flush.ms` is over: here that is the log manager's own interval. */
function flushChecks(config: BrokerConfig): { readonly flushCheckIntervalMs?: number } {
  const { source } = config.placeOf('log.flush.scheduler.interval.ms');
  if (source === 'default') return {};
  return { flushCheckIntervalMs: timerMs(config.get('log.flush.scheduler.interval.ms')) };
}

/** When snapshots of the metadata are written, as the configuration says. */
export function snapshotSettings(config: BrokerConfig): SnapshotSettings {
  return {
    bytesBetweenSnapshots: config.get('metadata.log.max.record.bytes.between.snapshots'),
    snapshotIntervalMs: timerMs(config.get('metadata.log.max.snapshot.interval.ms')),
  };
}
