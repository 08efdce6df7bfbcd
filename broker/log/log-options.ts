import type { Environment } from '../../src/base/environment.ts';
import type { Logger } from '../../src/base/logger.ts';
import type { ClosedLog } from './closed-log.ts';
import type { LogConfig } from './log-config.ts';
import type { OpenSegments } from './open-segments.ts';
import type { IndexSeal } from './transaction-index-seals.ts';
import type { RecentBudget } from './recent-batches.ts';

export interface LogOptions {
  readonly environment: Environment;
  readonly logger?: Logger;
  /** The partition's directory, `.../<topic>-<partition>`; created when missing. */
  readonly directory: string;
  readonly config: LogConfig;
  /** The directory was made a moment ago for this log and has none of its files: nothing is looked for. */
  readonly isNew?: boolean;
  /** What the log was when it was closed, where its directory still looks so: no file of it is read. */
  readonly closed?: ClosedLog;
  /** Everything below was flushed; 0 (the default) makes an unclean start scan the whole log. */
  readonly recoveryPoint?: number;
  /** From the log-start-offset checkpoint; when not said, where the first segment begins. */
  readonly logStartOffset?: number;
  /** From the high-watermark checkpoint; the log start offset when not said. Bounded by the log's end. */
  readonly highWatermark?: number;
  /** The process that wrote this log closed it: nothing is scanned. False when not said. */
  readonly hadCleanShutdown?: boolean;
  /** A log cleaner has compacted the log up to there. */
  readonly cleanedTo?: number;
  /** Indexes of aborted transactions as they were when the log was closed, by base offset, where that is known. */
  readonly aborted?: ReadonlyMap<number, IndexSeal>;
  /** Shared by the logs of a broker; a log of its own budget when not said. */
  readonly recentBudget?: RecentBudget;
  readonly openSegments?: OpenSegments;
  /** Nothing is appended while it is short. */
  readonly space?: { readonly isShort: boolean };
  /** Syncs the directory that the log's own is in: one sync may do for many logs. */
  readonly syncParent?: () => Promise<void>;
  /** Called when a truncation has lowered the recovery point, which must be on the disk before the call returns. */
  readonly onRecoveryPointLowered?: () => void;
  /** Called when a truncation has taken away what was compacted, which must be on the disk before the call returns. */
  readonly onCleanedToLowered?: () => void;
  /** Called when the log is about to begin anew at a later offset, which must be on the disk before the call returns. */
  readonly onLogStartRaised?: () => void;
}
