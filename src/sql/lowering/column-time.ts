import { showValue } from '../../base/show-value.ts';
import type { Row, SqlValue } from '../../serde/model/sql-value.ts';
import { assertDefined } from '../../base/assert.ts';
import { quoteName } from '../../base/sql-quotes.ts';
import { STRING } from '../../serde/model/sql-type.ts';
import { isEventTime } from '../../streams/event-time.ts';
import { booleanProperty } from '../analysis/session.ts';
import { constant, node } from '../bound/binder.ts';
import type { BoundExpression, Column } from '../bound/nodes.ts';
import { quoted } from '../bound/origin.ts';
import type { RowColumn } from '../logical/nodes.ts';
import type { PlanColumn } from '../physical/steps.ts';
import { type LoweringContext, rowFunction, type TimedRow, typedRow } from './lowering-context.ts';

/**
 * The time of a column, for the TIMESTAMP property of sources and sinks. What is no time that a record can have costs
 * the record, as an error of its query: a null, a text that is no date, and a BIGINT that is negative or beyond 2^53,
 * such as nanoseconds since 1970. With `ksql.timestamp.throw.on.invalid` it fails the query.
 */
export class ColumnTime {
  readonly #column: string;
  readonly #context: LoweringContext;
  readonly #raw: (row: Row) => SqlValue;
  readonly #time: (row: Row) => SqlValue;

  constructor(
    timestamp: { readonly column: string; readonly format?: string },
    columns: readonly PlanColumn[],
    context: LoweringContext,
  ) {
    const { column, format } = timestamp;
    this.#column = column;
    this.#context = context;
    // What cannot be read is told once, as the record that it costs.
    const { onError: _, ...quiet } = context;
    const raw = columnOf(column, typedRow(columns));
    this.#raw = rowFunction(raw, quiet);
    this.#time = format === undefined ? this.#raw : rowFunction(parsedTime(raw, format, context), quiet);
  }

  /** Milliseconds, -1 where the row has no time. */
  of(row: Row | null): number {
    const time = row === null ? null : this.#time(row);
    return isEventTime(time) && time >= 0 ? time : -1;
  }

  /** What the column holds, for errors. */
  textOf(row: Row | null): string {
    const value = row === null ? null : this.#raw(row);
    return typeof value === 'bigint' ? String(value) : showValue(value);
  }

  /** Tells of a record without a time. @throws {Error} if the query is to fail for it. */
  reject(row: Row | null, record: string, of: TimedRow): void {
    const error = new Error(
      `Fatal user code error in TimestampExtractor callback for record: the column ${this.#column} ` +
        `of ${record} holds no timestamp: ${this.textOf(row)}`,
    );
    const { analysis, onUntimed } = this.#context;
    if (booleanProperty(analysis.properties, 'ksql.timestamp.throw.on.invalid') === true) throw error;
    onUntimed?.(error, of);
  }
}

function columnOf(name: string, row: readonly RowColumn[]): Column {
  const index = row.findIndex((column) => column.name === name);
  const column = assertDefined(row[index], 'the column of the times is there');
  return node({
    kind: 'Column',
    type: column.type,
    index,
    name,
    isRecordTime: false,
    syntax: quoted(quoteName(name)),
  });
}

/** The time that a text is in a pattern of Java. */
function parsedTime(text: BoundExpression, pattern: string, { analysis }: LoweringContext): BoundExpression {
  const name = 'PARSE_TIMESTAMP';
  const resolved = analysis.functions.resolveScalar(name, [text.type, STRING], analysis.properties);
  const { syntax } = text;
  return node({
    kind: 'Call',
    type: resolved.returnType,
    name,
    resolved,
    arguments: [text, constant(syntax, pattern, STRING)],
    syntax,
  });
}
