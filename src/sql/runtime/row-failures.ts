import { messageOf } from '../../base/errors.ts';
import type { RepeatedWarnings } from '../../base/repeated-warnings.ts';
import type { Row } from '../../serde/model/sql-value.ts';
import { type FailureContext, failureHandlers } from '../../streams/runtime/failures.ts';
import type { StreamsAppOptions } from '../../streams/runtime/streams-app-options.ts';
import { booleanProperty, type SessionProperties } from '../analysis/session.ts';
import type { TimedRow } from '../lowering/lowering-context.ts';
import { failedRow, failedThread, refusedResult, unreadable } from './processing-log/entries.ts';
import type { ProcessingLog } from './processing-log/processing-log.ts';
import { isRefusedRow, type QueryErrors } from './query-errors.ts';

interface RowFailuresOptions {
  readonly queryId: string;
  /** `ksql.fail.on.…` */
  readonly properties: SessionProperties;
  readonly errors: QueryErrors;
  readonly warnings: RepeatedWarnings;
  /** Undefined where there is no processing log. */
  readonly log: ProcessingLog | undefined;
}

/** Rows of a query that fail: they are remembered, told in the server's log once in a while, and each in the processing log. */
export class RowFailures {
  readonly #options: RowFailuresOptions;

  constructor(options: RowFailuresOptions) {
    this.#options = options;
  }

  /** A row that the broker refuses for what is in it, and will refuse for ever, costs only itself. */
  refused(error: unknown): 'fail' | 'continue' {
    const { properties } = this.#options;
    const isLeftOut = booleanProperty(properties, 'ksql.fail.on.production.error') === false;
    if (!isLeftOut && !isRefusedRow(error)) return 'fail';
    const { queryId, errors, warnings, log } = this.#options;
    const message = `the broker refuses a row: ${messageOf(error)}`;
    errors.addDrop(message);
    warnings.warn('refused', 'rows are dropped: refused', () => ({ error: message }));
    log?.write(`${queryId}.production`, refusedResult(error));
    return 'continue';
  }

  /** A row that cannot be read costs only itself, unless the server is set otherwise. */
  unreadable(
    error: unknown,
    context: FailureContext,
    given: StreamsAppOptions['onFailure'],
  ): 'fail' | 'continue' {
    const { queryId, properties, errors, log } = this.#options;
    const fails = booleanProperty(properties, 'ksql.fail.on.deserialization.error') === true;
    const response = fails ? 'fail' : failureHandlers(given ?? {}).deserialization(error, context);
    const { topic, partition, offset, record } = context;
    const message = `the record at ${topic}-${partition} offset ${offset} cannot be read: ${messageOf(error)}`;
    if (response === 'continue') errors.addDrop(message);
    const value = record?.value;
    const bytes = log?.includesRows === true && value instanceof Uint8Array ? Buffer.from(value) : null;
    log?.write(`${queryId}.KsqlTopic.Source.deserializer`, unreadable(error, { topic, record: bytes }));
    return response;
  }

  /** What fails of a row becomes null, or drops the row. @param row that it was computed of. */
  failed(error: unknown, text: string, row?: Row): void {
    const { queryId, errors, warnings, log } = this.#options;
    const message = `${text}: ${messageOf(error)}`;
    errors.addRowError(message);
    warnings.warn(text, 'a row met an error', () => ({ error: message }));
    log?.write(queryId, failedRow(error, { text, row: this.#told(row) }));
  }

  /** A record without a time is counted, and told, where it is read; a result is a row that met an error. */
  untimed(error: unknown, of: TimedRow): void {
    if (of === 'result') {
      this.failed(error, 'TIMESTAMP of the result');
      return;
    }
    const { queryId, errors, warnings, log } = this.#options;
    const message = `TIMESTAMP: ${messageOf(error)}`;
    errors.addDrop(message);
    warnings.warn('TIMESTAMP', 'a row met an error', () => ({ error: message }));
    log?.write(queryId, failedRow(error, { text: 'TIMESTAMP', row: null }));
  }

  /** The query itself has failed. */
  stopped(error: unknown, threadName: string): void {
    const { queryId, log } = this.#options;
    log?.write(`${queryId}.ksql.logger.thread.exception.uncaught`, failedThread(error, threadName));
  }

  #told(row: Row | undefined): Row | null {
    return row !== undefined && this.#options.log?.includesRows === true ? row : null;
  }
}
