import type { StreamThreadExceptionResponse } from './failures.ts';

/** What an application is told that is one of several threads of its process; see `src/streams/threads`. */
export interface ThreadPlace {
  /** Which one it is, from 1: the folder of its state bears it. */
  readonly number: number;
  /** How many there are. */
  readonly count: number;
  /** Names the process of all threads of the application, whose state is in folders of their own. */
  readonly instance: string;
  /** Answers what is done about a failure, in the place of the handler of uncaught errors. */
  readonly respondTo: (error: unknown) => Promise<StreamThreadExceptionResponse>;
  /** Makes the processing loop fail with its reason. */
  readonly failing: AbortSignal;
  /** Told each time that the group has given it tasks, or left it those that it has: in which generation of the group. */
  readonly onAssigned: (generationId: number) => void;
  /**
   * The generation in which the last of the threads was given tasks, when all of them have been that there are; undefined
   * until then: another thread may have the state of a task of this one.
   */
  readonly companionsIn: () => number | undefined;
}
