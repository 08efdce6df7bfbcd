import type { Row, SqlValue } from '../../serde/model/sql-value.ts';
import type { KStream } from '../../streams/builder/kstream.ts';
import type { Header, RecordContext } from '../../streams/record.ts';
import type { TimestampExtractor } from '../../streams/timestamp-extractor.ts';
import { failOnInvalidTimestamp } from '../../streams/timestamp-extractor.ts';
import { Windowed } from '../../streams/windows/windowed.ts';
import type { SourceStep, Step } from '../physical/steps.ts';
import { ColumnTime } from './column-time.ts';
import type { LoweringContext, Lowered } from './lowering-context.ts';
import {
  formatColumns,
  internalSerde,
  type Key,
  keySerde,
  sourceRowSerde,
  topicKeySerde,
} from './row-serdes.ts';
import { sourceSchemas } from './query-schemas.ts';

type AppendSystemColumns = (value: Row, key: Key, context: RecordContext) => Row;

/**
 * Reads a topic into processing rows; a table's rows are kept.
 *
 * Names are taken from the counter where ksqlDB's source builder takes them, so that internal topics and stores have the
 * numbers that they have there: a table has a name for the store of `StreamsBuilder.table`, and its columns are added in
 * two steps, of which the first one is kept; a side of a join has one more, for putting its alias before its columns.
 */
export function lowerSource(step: SourceStep, context: LoweringContext): Lowered {
  const aliasNames = context.isJoinSide === true ? 1 : 0;
  if (step.store !== undefined) context.builder.skipNames(1);
  const stream = readTopic(step, context).mapValues(appendSystemColumns(step));
  if (step.store === undefined) {
    context.builder.skipNames(aliasNames);
    return { kind: 'STREAM', stream };
  }
  const table = stream.toTable({
    storeName: step.store,
    keySerde: keySerde(step.formats.key, step.keyColumns, step.window),
    valueSerde: internalSerde('value', step.formats.value, formatColumns(step.schema.row)),
  });
  context.builder.skipNames(1 + aliasNames);
  return { kind: 'TABLE', table };
}

/** A stream whose rows have no system columns yet. */
export interface SourceRows {
  readonly stream: KStream<Key, Row>;
  /** Makes a value the processing row, in place. */
  readonly appendSystemColumns: AppendSystemColumns;
}

/**
 * A step that is a stream's source, without the operator that appends their system columns: the next step does that as it begins,
 * which saves a record and a call for each row. Undefined for other steps.
 */
export function lowerSourceRows(step: Step, context: LoweringContext): SourceRows | undefined {
  if (step.step !== 'source' || step.store !== undefined || context.isJoinSide === true) return undefined;
  const stream = readTopic(step, context);
  context.builder.skipNames(1);
  return { stream, appendSystemColumns: appendSystemColumns(step) };
}

function readTopic(step: SourceStep, context: LoweringContext): KStream<Key, Row> {
  const schemas = sourceSchemas(context);
  return context.builder.stream<Key, Row>(step.topic, {
    keySerde: topicKeySerde(step.formats.key, step.keyColumns, step.window, schemas),
    valueSerde: sourceRowSerde(step.formats.value, formatColumns(step.valueColumns), {
      trailingNulls: extraColumns(step),
      unread: unreadNames(step),
      sharedAs: rowIdentity(step),
      schemas,
    }),
    timestampExtractor: timestampExtractor(step, context) as TimestampExtractor<Key, Row>,
    // A join needs all rows of its table, wherever the streams beside it begin.
    ...(step.store !== undefined && context.isJoinSide === true ? { offsetReset: 'earliest' as const } : {}),
  });
}

function unreadNames({ valueColumns, unread = [] }: SourceStep): ReadonlySet<string> {
  return new Set(unread.flatMap((place) => valueColumns[place]?.name ?? []));
}

/** Everything that the rows of a source depend on, with their system columns. */
function rowIdentity({
  formats,
  keyColumns,
  valueColumns,
  headers,
  timestamp,
  window,
  schema,
}: SourceStep): string {
  return JSON.stringify([formats, keyColumns, valueColumns, headers, timestamp, window, schema.key]);
}

/** How many columns a row has after those of its value. */
function extraColumns({ headers, window, schema }: SourceStep): number {
  return headers.length + 3 + (window === undefined ? 0 : 2) + schema.key.length;
}

/**
 * Fills the places after the value's columns with what the record knows beside them. The row was read with these places,
 * so nothing is copied. Where queries share it, the first one fills them, for all: the same source has the same columns.
 * After that nobody changes a row any more.
 */
function appendSystemColumns(step: SourceStep): AppendSystemColumns {
  const valueCount = step.valueColumns.length;
  const { headers, window } = step;
  const keyCount = step.schema.key.length;
  const windowed = window !== undefined;
  const partitionAt = valueCount + headers.length + 1;
  return (value, key, record) => {
    // A record has a partition.
    if (value === null || value[partitionAt] !== null) return value;
    const row = value as SqlValue[];
    let at = valueCount;
    for (const header of headers) row[at++] = headerValue(record.headers, header.key);
    row[at++] = record.timestamp;
    row[at++] = record.partition;
    row[at++] = record.offset;
    let keyRow: Row | null = key as Row | null;
    if (windowed) {
      const inWindow = key instanceof Windowed ? (key as Windowed<Row>) : undefined;
      row[at++] = inWindow?.window.startMs ?? null;
      row[at++] = inWindow?.window.endMs ?? null;
      keyRow = inWindow?.key ?? null;
    }
    if (keyRow === null) return row;
    for (let index = 0; index < keyCount; index++) row[at++] = keyRow[index] ?? null;
    return row;
  };
}

/** All headers as structs of key and value, or the value of the last one of a name. */
function headerValue(headers: readonly Header[], key: string | undefined): SqlValue {
  if (key === undefined) return headers.map((header) => [header.key, header.value]);
  return headers.findLast((header) => header.key === key)?.value ?? null;
}

/** The TIMESTAMP property of a source. A time that cannot be read drops the record, or fails the query if so configured. */
function timestampExtractor(step: SourceStep, context: LoweringContext): TimestampExtractor<Key, Row> {
  const { timestamp } = step;
  if (timestamp === undefined) return failOnInvalidTimestamp as TimestampExtractor<Key, Row>;
  const isInValue = step.valueColumns.some(({ name }) => name === timestamp.column);
  const column = new ColumnTime(timestamp, isInValue ? step.valueColumns : step.keyColumns, context);
  return (record) => {
    if (record.value === null) return record.timestamp;
    const row = isInValue ? record.value : rowOfKey(record.key);
    const time = column.of(row);
    if (time < 0)
      column.reject(
        row,
        `the record at ${record.topic}-${record.partition} offset ${record.offset}`,
        'source',
      );
    return time;
  };
}

const rowOfKey = (key: Key | null): Row | null =>
  key instanceof Windowed ? (key as Windowed<Row>).key : (key as Row | null);
