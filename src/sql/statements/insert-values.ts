import type { Expression, InsertValues } from '../../../grammar/ast.ts';
import { columnsOf as columnsOfExpression } from '../../../grammar/traverse.ts';
import { printType, quoteName, type SqlType } from '../../serde/model/sql-type.ts';
import type { Row, SqlValue } from '../../serde/model/sql-value.ts';
import { formatOf } from '../../serde/formats.ts';
import { messageOf, type SourceSpan } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { bindOver } from '../analysis/row-scope.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { sqlError } from '../analysis/sql-error.ts';
import type { DataSource, FormatInfo } from '../catalog/data-source.ts';
import { compileExpression } from '../expressions/compile.ts';
import { StreamsBuilder } from '../../streams/builder/streams-builder.ts';
import { ColumnTime } from '../lowering/column-time.ts';
import { canImplicitlyCast } from '../types/casts.ts';
import { asDecimalType } from '../types/decimal-types.ts';
import type { SchemaColumn } from '../types/logical-schema.ts';
import { casterOf } from '../values/cast.ts';
import type { ProducedRecord } from '../host/host.ts';
import type { DirectStatement } from './definition.ts';

type InsertValuesResult = {
  readonly kind: 'inserted';
  readonly text: string;
};

/** INSERT INTO … VALUES. */
export const insertValues: DirectStatement<InsertValues, InsertValuesResult> = {
  family: 'direct',
  topicNeed: () => 'nothing',
  check({ statement, context }) {
    recordToInsert(statement, context);
  },
  async execute({ statement, text, context, host }) {
    await host.produce(recordToInsert(statement, context));
    return { kind: 'inserted', text };
  },
};

/** The record that an INSERT … VALUES writes. @throws {DiagnosticError} when the values do not fit the source. */
export function recordToInsert(statement: InsertValues, context: AnalysisContext): ProducedRecord {
  const source = targetOf(statement, context);
  const columns = columnsOf(statement, source);
  if (columns.length !== statement.values.length) {
    throw sqlError(
      `Expected ${columns.length} value(s), got ${statement.values.length}: a value is needed for every column named.`,
      { span: statement.values[columns.length]?.span ?? statement.nameSpan },
    );
  }
  const values = new Map<string, SqlValue>();
  let timestamp: number | undefined;
  columns.forEach((column, index) => {
    const expression = statement.values[index];
    if (expression === undefined) return;
    const value = valueFor(column, expression, context);
    if (column.name === 'ROWTIME') timestamp = value === null ? undefined : Number(value);
    else values.set(column.name, value);
  });
  const keyRow = source.schema.key.map(({ name }) => values.get(name) ?? null);
  const valueRow = source.schema.value.map(({ name }) => values.get(name) ?? null);
  if (source.kind === 'TABLE' && keyRow.some((value) => value === null)) {
    throw sqlError(
      `Failed to insert values into '${source.name}'. Value for primary key column(s) ` +
        `${source.schema.key.map(({ name }) => name).join(', ')} is required for tables`,
      { span: statement.nameSpan },
    );
  }
  checkTime(source, [...valueRow, ...keyRow], {
    context,
    span: (name) =>
      statement.values[columns.findIndex((column) => column.name === name)]?.span ?? statement.nameSpan,
  });
  const { keyFormat, valueFormat, name: topic } = source.topic;
  if (timestamp !== undefined) checkRowtime(timestamp, statement);
  return {
    topic,
    key: bytesOf('key', keyFormat, source.schema.key, keyRow),
    value: bytesOf('value', valueFormat, source.schema.value, valueRow),
    ...(timestamp === undefined ? {} : { timestamp }),
  };
}

function checkRowtime(timestamp: number, { nameSpan: span }: InsertValues): void {
  if (timestamp < 0) throw sqlError(`ROWTIME must not be negative: ${timestamp}`, { span });
  if (timestamp > Number.MAX_SAFE_INTEGER)
    throw sqlError(`ROWTIME must be below 2^53 milliseconds since 1970: ${timestamp}`, { span });
}

/** A row that every query would drop for its time is refused where it is written. */
function checkTime(
  source: DataSource,
  row: Row,
  options: { readonly context: AnalysisContext; readonly span: (column: string) => SourceSpan },
): void {
  const { timestamp } = source;
  if (timestamp === undefined) return;
  const columns = [...source.schema.value, ...source.schema.key].map(({ name, type }) => ({
    name,
    type: printType(type),
  }));
  const time = new ColumnTime(timestamp, columns, {
    builder: new StreamsBuilder(),
    analysis: options.context,
  });
  if (time.of(row) >= 0) return;
  const { column, format } = timestamp;
  throw sqlError(
    `The row would be dropped: its TIMESTAMP column ${quoteName(column)} holds no timestamp: ${time.textOf(row)}`,
    {
      span: options.span(column),
      hint: format === undefined ? 'it is a number of milliseconds since 1970' : `it is written as ${format}`,
    },
  );
}

function targetOf(statement: InsertValues, context: AnalysisContext): DataSource {
  const source = context.catalog.source(statement.target);
  if (source === undefined) {
    throw context.catalog.unknownSource(
      statement.target,
      `Cannot insert values into an unknown stream/table: ${quoteName(statement.target)}`,
      statement.nameSpan,
    );
  }
  if (source.isSource) {
    throw sqlError(`Cannot insert values into read-only ${source.kind.toLowerCase()}: ${source.name}`);
  }
  if (source.topic.keyFormat.window !== undefined) {
    throw sqlError(`Cannot insert values into windowed ${source.kind.toLowerCase()}!`);
  }
  return source;
}

/** Columns in the order of the values: as they are named, else the key first; ROWTIME may be among them. */
function columnsOf(statement: InsertValues, source: DataSource): readonly SchemaColumn[] {
  const { schema } = source;
  if (statement.columns.length === 0) {
    rejectHeaders(schema.headers);
    return [...schema.key, ...schema.value];
  }
  const twice = statement.columns.find((name, index) => statement.columns.indexOf(name) < index);
  if (twice !== undefined) {
    throw sqlError(`Column name ${quoteName(twice)} is given twice.`, { span: statement.nameSpan });
  }
  const columns = statement.columns.map((name): SchemaColumn => {
    if (name === 'ROWTIME') return { name, type: { kind: 'BIGINT' }, namespace: 'VALUE' };
    if (name === 'ROWPARTITION' || name === 'ROWOFFSET') {
      throw sqlError(`Inserting into column ${quoteName(name)} is not allowed.`, {
        span: statement.nameSpan,
      });
    }
    const column = schema.find(name);
    if (column !== undefined) return column;
    const suggestion = nearestName(
      name,
      schema.columns.map((known) => known.name),
    );
    throw sqlError(`Column name ${quoteName(name)} does not exist.`, {
      span: statement.nameSpan,
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  });
  rejectHeaders(columns.filter(({ namespace }) => namespace === 'HEADERS'));
  return columns;
}

function rejectHeaders(headers: readonly SchemaColumn[]): void {
  if (headers.length === 0) return;
  throw sqlError(`Cannot insert into HEADER columns: ${headers.map(({ name }) => name).join(', ')}`);
}

/** The value of a constant expression, as a column's type. */
export function valueFor(
  column: Pick<SchemaColumn, 'name' | 'type'>,
  expression: Expression,
  context: AnalysisContext,
): SqlValue {
  rejectSources(expression);
  let failure: unknown;
  const compiled = compileExpression(bindOver([], expression, context), {
    onError: (error) => {
      failure = error;
    },
  });
  const value = compiled.evaluate(noRow);
  if (failure !== undefined) {
    throw sqlError(`Failed to insert values: ${messageOf(failure)}`, { span: expression.span });
  }
  if (value === null || compiled.type === null) return null;
  if (!canInsert(compiled.type, column.type)) {
    throw sqlError(
      `Expected type ${printType(column.type)} for field ${quoteName(column.name)} but got ${printType(compiled.type)}`,
      { span: expression.span },
    );
  }
  return casterOf(compiled.type, column.type)?.(value) ?? value;
}

/** Whether every value of a type may stand in a column: numbers widen, and nothing is cut off. */
function canInsert(from: SqlType, to: SqlType): boolean {
  if (from.kind === 'ARRAY' && to.kind === 'ARRAY') return canInsert(from.element, to.element);
  if (from.kind === 'MAP' && to.kind === 'MAP') {
    return canInsert(from.key, to.key) && canInsert(from.value, to.value);
  }
  if (from.kind === 'STRUCT' && to.kind === 'STRUCT') {
    return from.fields.every(({ name, type }) => {
      const field = to.fields.find((candidate) => candidate.name === name);
      return field !== undefined && canInsert(type, field.type);
    });
  }
  const decimal = to.kind === 'DECIMAL' ? asDecimalType(from) : undefined;
  // A whole number is checked when it is cast: of its type only the most digits are known.
  if (to.kind !== 'DECIMAL' || from.kind !== 'DECIMAL' || decimal === undefined) {
    return canImplicitlyCast(from, to);
  }
  return decimal.scale <= to.scale && decimal.precision - decimal.scale <= to.precision - to.scale;
}

/** Values are constants: there is no stream or table to take a column from. */
function rejectSources(expression: Expression): void {
  const named = columnsOfExpression(expression).find(({ source }) => source !== undefined);
  if (named === undefined) return;
  throw sqlError(
    `Failed to prepare statement: '${named.source ?? ''}' is not a valid stream/table name or alias.`,
    { span: named.span },
  );
}

const noRow: Row = [];

function bytesOf(
  side: 'key' | 'value',
  info: FormatInfo,
  columns: readonly SchemaColumn[],
  row: Row,
): Buffer | null {
  if (columns.length === 0) return null;
  const serde = formatOf(info.format).createSerde({
    columns,
    side,
    properties: info.properties,
    features: new Set(info.features),
  });
  return serde.serialize(row);
}
