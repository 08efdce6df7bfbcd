import type { RestoreProgress } from './restorer.ts';
import type { TaskInput } from './task-inputs.ts';
import type { TaskCounts, TaskTotals } from './task-metrics.ts';
import type { ThreadCounts } from './thread-metrics.ts';

/** The states of Kafka Streams' `KafkaStreams`, by its names. */
export type StreamsState =
  | 'CREATED'
  | 'REBALANCING'
  | 'RUNNING'
  | 'PENDING_SHUTDOWN'
  | 'NOT_RUNNING'
  | 'PENDING_ERROR'
  | 'ERROR';

/** A task's counts, and how far it has got. */
export interface TaskStatus extends TaskCounts {
  readonly inputs: readonly TaskInput[];
}

export interface StreamsMetrics {
  readonly state: StreamsState;
  /** By task id: the tasks that this process has now. */
  readonly tasks: Readonly<Record<string, TaskStatus>>;
  /** Over all tasks that this application has had in this process. */
  readonly totals: TaskTotals;
  /** The processing loops that run: one, or none while the application does not process. */
  readonly threads: readonly ThreadCounts[];
  /** The stores that are being restored now; see {@link StreamsApp.restores$} for each step. */
  readonly restoring: readonly RestoreProgress[];
  /** How often a processing loop has failed. */
  readonly failures: number;
  /** Bytes of the state stores on disk; undefined where the binding of RocksDB cannot say. */
  readonly stateBytes: number | undefined;
  /** Results that the broker refused and the production handler forgave. */
  readonly droppedOutputs: number;
}
