import { mustStop } from '../../base/assert.ts';
import type { LogFields } from '../../base/logger.ts';
import type { RepeatedWarnings } from '../../base/repeated-warnings.ts';
import type { DropReason } from '../operators/operator.ts';
import type { CurrentRecord } from './current-record.ts';
import {
  type FailedRecord,
  type FailureContext,
  type FailureHandlers,
  type FailureKind,
  StreamsFailure,
} from './failures.ts';
import type { TaskMetrics } from './task-metrics.ts';

/** What becomes of records of a task that fail or are passed over: the handlers are asked, and drops are counted and told. */
export class TaskFailures {
  readonly taskId: string;
  readonly #handlers: FailureHandlers;
  readonly #drops: RepeatedWarnings;
  readonly #metrics: TaskMetrics;
  readonly #current: CurrentRecord;

  constructor(parts: {
    readonly taskId: string;
    readonly handlers: FailureHandlers;
    readonly drops: RepeatedWarnings;
    readonly metrics: TaskMetrics;
    readonly current: CurrentRecord;
  }) {
    this.taskId = parts.taskId;
    this.#handlers = parts.handlers;
    this.#drops = parts.drops;
    this.#metrics = parts.metrics;
    this.#current = parts.current;
  }

  /** Counts a record that is passed over, and tells of it; what is told is put together only where it is told. */
  drop(reason: DropReason, told: () => LogFields): void {
    this.#metrics.drop(reason);
    this.#drops.warn(reason, `records are dropped: ${reason}`, told);
  }

  /** Drops the record in flight at a node. */
  dropAt(reason: DropReason, nodeName: string): void {
    this.drop(reason, () => placeOf(this.at(nodeName, undefined)));
  }

  /** Asks the handler. @throws unless it forgives the failure, which then costs the record only. */
  handle(kind: FailureKind, error: unknown, context: FailureContext): void {
    // No handler is asked to forgive a bug.
    if (error instanceof StreamsFailure || mustStop(error)) throw error;
    if (this.#handlers[kind](error, context) === 'fail') throw new StreamsFailure(kind, context, error);
    this.drop(kind, () => ({ ...placeOf(context), error }));
  }

  /** Where the record in flight came from and is now. */
  at(nodeName: string, record: FailedRecord | undefined, sinkTopic?: string): FailureContext {
    const { topic, partition, offset, input } = this.#current;
    const sink = sinkTopic === undefined ? undefined : { topic: sinkTopic, partition: undefined };
    return { topic, partition, offset, input, taskId: this.taskId, nodeName, sink, record };
  }
}

/** What of a failure may be logged: never what is in a record. */
function placeOf({ topic, partition, offset, taskId, nodeName }: FailureContext): LogFields {
  return { topic, partition, offset, taskId, nodeName };
}
