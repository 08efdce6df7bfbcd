import type { StreamThreadExceptionResponse } from './failures.ts';

/** What an application is told that is one of several threads of its process; see `src/streams/threads`. */
export interface ThreadPlace {
  /** Which one it is, from 1: the folder of its state bears it. */
  readonly number: number;
  /** How many there are. */
  readonly count: number;
  /** Answers what is done about a failure, in the place of the handler of uncaught errors. */
  readonly respondTo: (error: unknown) => Promise<StreamThreadExceptionResponse>;
  /** Makes the processing loop fail with its reason. */
  readonly failing: AbortSignal;
}
