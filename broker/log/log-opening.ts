import type { Logger } from '../../src/base/logger.ts';
import { type ClosedLog, sealsOf } from './closed-log.ts';
import { holesUpTo } from './compaction-note.ts';
import { finishSwaps } from './interrupted-swaps.ts';
import { LEADER_EPOCH_CHECKPOINT, LeaderEpochCache } from './leader-epoch-cache.ts';
import type { LogOptions } from './log-options.ts';
import { type RecoveredLog, recoverLog } from './log-recovery.ts';
import { replayProducers } from './producer-replay.ts';
import { ProducerSnapshots, snapshotOffsets } from './producer-snapshots.ts';
import { ProducerState } from './producer-state.ts';
import { Segment, type SegmentOptions } from './segment.ts';
import { TransactionIndexSeals } from './transaction-index-seals.ts';

/** What a log is made of, as it was found on the disk. */
interface OpenedLog {
  readonly epochs: LeaderEpochCache;
  readonly producers: ProducerState;
  readonly snapshots: ProducerSnapshots;
  readonly recovered: RecoveredLog;
}

interface OpeningOptions {
  readonly logger: Logger;
  readonly segmentOptions: (baseOffset: number) => SegmentOptions;
}

/** By what the indexes of aborted transactions of a log are known: before its segments are. */
export function openSeals(options: LogOptions, logger: Logger): TransactionIndexSeals {
  const { environment, directory, closed } = options;
  const { disk } = environment;
  if (closed !== undefined) return TransactionIndexSeals.known(disk, directory, sealsOf(closed));
  return options.isNew === true
    ? TransactionIndexSeals.known(disk, directory, [])
    : TransactionIndexSeals.open(disk, directory, { closed: options.aborted ?? new Map(), logger });
}

/** Opens the files of a log. */
export function openLogFiles(options: LogOptions, opening: OpeningOptions): OpenedLog {
  if (options.closed !== undefined) return reopen(options, opening, options.closed);
  return options.isNew === true ? newLog(options, opening) : recover(options, opening);
}

/**
 * A log that has nothing yet, without a call of the disk. Its first segment is made by its first append: a folder without
 * one is opened as an empty log, here and by Kafka, so that a crash at any moment leaves nothing that has to be repaired.
 */
function newLog({ environment, directory }: LogOptions, { segmentOptions }: OpeningOptions): OpenedLog {
  const { disk } = environment;
  return {
    epochs: LeaderEpochCache.known(disk, `${directory}/${LEADER_EPOCH_CHECKPOINT}`, []),
    producers: new ProducerState(),
    snapshots: ProducerSnapshots.known(disk, directory, []),
    recovered: {
      segments: [Segment.createOnWrite(segmentOptions(0))],
      logStartOffset: 0,
      logEndOffset: 0,
      flushedOffset: 0,
    },
  };
}

/** A log as its owner closed it. Segments, indexes and producers are read when they are asked for. */
function reopen(
  { environment, directory }: LogOptions,
  { segmentOptions }: OpeningOptions,
  closed: ClosedLog,
): OpenedLog {
  const { disk } = environment;
  const { logStartOffset, logEndOffset } = closed;
  const segments = closed.segments.map((segment) =>
    Segment.closed(segmentOptions(segment.baseOffset), segment),
  );
  segments.at(-1)?.unseal();
  if (segments.length === 0) segments.push(Segment.createOnWrite(segmentOptions(logEndOffset)));
  const snapshots = ProducerSnapshots.known(disk, directory, closed.snapshots);
  const producers = new ProducerState();
  if (closed.hasProducers) {
    const atClose = [...segments];
    producers.loadOnUse(() => {
      replayProducers(
        atClose.filter((segment) => !segment.hasLeft),
        new Set(),
        // Only a log whose transactions are all decided and replicated is closed like that.
        { producers, snapshots, endOffset: logEndOffset, replicatedTo: logEndOffset },
      );
    });
  }
  return {
    epochs: LeaderEpochCache.known(disk, `${directory}/${LEADER_EPOCH_CHECKPOINT}`, closed.epochs),
    producers,
    snapshots,
    recovered: { segments, logStartOffset, logEndOffset, flushedOffset: logEndOffset },
  };
}

function recover(options: LogOptions, { logger, segmentOptions }: OpeningOptions): OpenedLog {
  const { directory } = options;
  const { disk } = options.environment;
  disk.makeDirectory(directory);
  const names = finishSwaps(disk, directory, disk.list(directory));
  const epochs = LeaderEpochCache.open(disk, `${directory}/${LEADER_EPOCH_CHECKPOINT}`, logger);
  const producers = new ProducerState();
  const snapshots = ProducerSnapshots.known(disk, directory, snapshotOffsets(names));
  const recovered = recoverLog({
    disk,
    logger,
    directory,
    names,
    segmentOptions,
    recoveryPoint: options.recoveryPoint ?? 0,
    logStartOffset: options.logStartOffset,
    highWatermark: options.highWatermark ?? 0,
    hadCleanShutdown: options.hadCleanShutdown ?? false,
    holesTo: holesUpTo(disk, directory, options.cleanedTo ?? 0),
    epochs,
    producers,
    snapshots,
  });
  return { epochs, producers, snapshots, recovered };
}
