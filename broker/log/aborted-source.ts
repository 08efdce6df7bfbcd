import type { Clock, Timers } from '../../src/base/environment.ts';
import type { Logger } from '../../src/base/logger.ts';
import type { AbortedSource } from './aborted-index.ts';
import { AbortedRebuild } from './aborted-rebuild.ts';
import type { LogState } from './log-state.ts';
import { segmentFileName } from './segment-files.ts';
import type { TransactionIndexSeals } from './transaction-index-seals.ts';

/** Where the indexes of aborted transactions of one log are made anew from. */
export function abortedSource(options: {
  readonly seals: TransactionIndexSeals;
  readonly logger: Logger;
  readonly environment: { readonly clock: Clock; readonly timers: Timers };
  /** The log, once it is open: nobody reads before. */
  readonly state: () => LogState;
}): AbortedSource {
  const { seals, logger, state } = options;
  const { clock, timers } = options.environment;
  return {
    seals,
    clock,
    timers,
    isClosed: () => state().isClosed,
    rebuild(baseOffset) {
      const { segments, snapshots } = state();
      return new AbortedRebuild(baseOffset, { segments: segments.all, snapshots });
    },
    onRebuilt(baseOffset, entries) {
      logger.warn(
        'an index of aborted transactions was not as it had been written, and is made anew from the log',
        {
          directory: state().directory,
          file: segmentFileName(baseOffset, 'txnindex'),
          transactions: entries.length,
        },
      );
    },
  };
}
