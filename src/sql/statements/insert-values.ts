import type { Expression, InsertValues } from '../../../grammar/ast.ts';
import { formatExpression } from '../../../grammar/printer/expressions.ts';
import { columnsOf as columnsOfExpression } from '../../../grammar/traverse.ts';
import { printType, type SqlType } from '../../serde/model/sql-type.ts';
import type { Row, SqlValue } from '../../serde/model/sql-value.ts';
import { formatOf } from '../../serde/formats.ts';
import { assertDefined, mustStop } from '../../base/assert.ts';
import { DiagnosticError, messageOf, type SourceSpan } from '../../base/errors.ts';
import { constantOf } from '../analysis/constant.ts';
import { isReadOnlyTopic } from '../analysis/reserved-topics.ts';
import { type AnalysisContext, booleanProperty } from '../analysis/session.ts';
import { columnHints, columnMessages } from '../messages/columns.ts';
import { expressionMessages } from '../messages/expressions.ts';
import { headings } from '../messages/headings.ts';
import { insertValuesMessages } from '../messages/insert-values.ts';
import { refuse, withPrefix } from '../analysis/sql-error.ts';
import type { DataSource } from '../catalog/data-source.ts';
import { registeredSchema, sideWriter } from '../inserts/source-writer.ts';
import { StreamsBuilder } from '../../streams/builder/streams-builder.ts';
import { ColumnTime } from '../lowering/column-time.ts';
import { canImplicitlyCast } from '../types/casts.ts';
import { asDecimalType } from '../types/decimal-types.ts';
import type { SchemaColumn } from '../types/logical-schema.ts';
import { withCalledConstants } from '../user-calls/called-constants.ts';
import type { Programs } from '../user-calls/programs.ts';
import { casterOf } from '../values/cast.ts';
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
    const rows = rowsToInsert(statement, context);
    // What functions of users give is not known before it is.
    if (rows === undefined) return;
    const { source, key, value } = rows;
    const { keyFormat, valueFormat } = source.topic;
    // What is written by a registered schema is not known before it is.
    if (!formatOf(keyFormat.format).usesSchemaRegistry) sideWriter('key', source, undefined)(key);
    if (!formatOf(valueFormat.format).usesSchemaRegistry) sideWriter('value', source, undefined)(value);
  },
  async execute({ statement, text, context, host, programs }) {
    const called = await withCalledValues(statement, context, programs);
    const rows = assertDefined(rowsToInsert(statement, called), 'functions of users were called');
    const { source, timestamp } = rows;
    const bytes = async (side: 'key' | 'value'): Promise<Buffer | null> => {
      const schema = await registeredSchema(side, source, host.registry);
      return withPrefix(headings.insertValues(source.name), () =>
        sideWriter(side, source, schema)(rows[side]),
      );
    };
    await host.produce({
      topic: source.topic.name,
      key: await bytes('key'),
      value: await bytes('value'),
      ...(timestamp === undefined ? {} : { timestamp }),
    });
    return { kind: 'inserted', text };
  },
  entity: () => Promise.resolve(undefined),
};

interface InsertedRows {
  readonly source: DataSource;
  readonly key: Row;
  readonly value: Row;
  readonly timestamp: number | undefined;
}

/** @throws {DiagnosticError} where a function of a user fails. */
async function withCalledValues(
  { target, values }: InsertValues,
  context: AnalysisContext,
  programs: Programs,
): Promise<AnalysisContext> {
  try {
    return await withCalledConstants(values, context, programs);
  } catch (error) {
    return withPrefix(headings.insertValues(target), () => {
      throw error;
    });
  }
}

/**
 * What an INSERT … VALUES writes; undefined while functions of users are still to be called for it.
 * @throws {DiagnosticError} when the values do not fit the source.
 */
function rowsToInsert(statement: InsertValues, context: AnalysisContext): InsertedRows | undefined {
  if (booleanProperty(context.properties, 'ksql.insert.into.values.enabled') === false) {
    throw refuse(insertValuesMessages.disabled(), statement.span);
  }
  withPrefix(headings.prepare, () => prepare(statement));
  const source = targetOf(statement, context);
  return withPrefix(headings.insertValues(source.name), () => rowsFor(statement, source, context));
}

/** What can be said of the statement as it is written: ksqlDB checks it while it parses. */
function prepare(statement: InsertValues): void {
  const { columns, values, nameSpan } = statement;
  if (columns.length > 0 && columns.length !== values.length) {
    const refusal = insertValuesMessages.countOfNamed(columns, values.map(formatExpression));
    throw refuse(refusal, values[columns.length]?.span ?? nameSpan);
  }
  for (const value of values) rejectSources(value);
}

function rowsFor(
  statement: InsertValues,
  source: DataSource,
  context: AnalysisContext,
): InsertedRows | undefined {
  const columns = columnsOf(statement, source);
  if (columns.length !== statement.values.length) {
    const names = columns.map(({ name }) => name);
    const refusal = insertValuesMessages.count(names, statement.values.map(formatExpression));
    throw refuse(refusal, statement.values[columns.length]?.span ?? statement.nameSpan);
  }
  const values = new Map<string, SqlValue>();
  let timestamp: number | undefined;
  let isOpen = false;
  columns.forEach((column, index) => {
    const expression = statement.values[index];
    if (expression === undefined) return;
    rejectColumns(expression);
    const value = valueFor(column, expression, context);
    if (value === undefined) isOpen = true;
    else if (column.name === 'ROWTIME') timestamp = value === null ? undefined : Number(value);
    else values.set(column.name, value);
  });
  if (isOpen) return undefined;
  const keyRow = source.schema.key.map(({ name }) => values.get(name) ?? null);
  const valueRow = source.schema.value.map(({ name }) => values.get(name) ?? null);
  if (source.kind === 'TABLE' && keyRow.some((value) => value === null)) {
    const names = source.schema.key.map(({ name }) => name);
    throw refuse(insertValuesMessages.keyMissing(names), statement.nameSpan);
  }
  checkTime(source, [...valueRow, ...keyRow], {
    context,
    span: (name) =>
      statement.values[columns.findIndex((column) => column.name === name)]?.span ?? statement.nameSpan,
  });
  if (timestamp !== undefined) checkRowtime(timestamp, statement);
  return { source, key: keyRow, value: valueRow, timestamp };
}

function checkRowtime(timestamp: number, { nameSpan: span }: InsertValues): void {
  if (timestamp < 0) throw refuse(insertValuesMessages.rowtimeNegative(timestamp), span);
  if (timestamp > Number.MAX_SAFE_INTEGER) throw refuse(insertValuesMessages.rowtimeTooLate(timestamp), span);
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
  throw refuse(insertValuesMessages.timestampColumn(column, time.textOf(row), format), options.span(column));
}

function targetOf(statement: InsertValues, context: AnalysisContext): DataSource {
  const source = context.catalog.source(statement.target);
  if (source === undefined) {
    throw context.catalog.unknownSource(
      statement.target,
      insertValuesMessages.unknownTarget(statement.target).message,
      statement.nameSpan,
    );
  }
  if (source.isSource) {
    throw refuse(insertValuesMessages.readOnly(source.kind, source.name), statement.nameSpan);
  }
  if (source.topic.keyFormat.window !== undefined) {
    throw refuse(insertValuesMessages.windowed(), statement.nameSpan);
  }
  if (isReadOnlyTopic(source.topic.name, context.properties)) {
    throw refuse(insertValuesMessages.readOnlyTopic(source.topic.name), statement.nameSpan);
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
    throw refuse(insertValuesMessages.columnTwice(twice), statement.nameSpan);
  }
  const columns = statement.columns.map((name): SchemaColumn => {
    if (name === 'ROWTIME') return { name, type: { kind: 'BIGINT' }, namespace: 'VALUE' };
    if (name === 'ROWPARTITION' || name === 'ROWOFFSET') {
      throw refuse(insertValuesMessages.pseudoColumn(name), statement.nameSpan);
    }
    const column = schema.find(name);
    if (column !== undefined) return column;
    const known = schema.columns.map((each) => each.name);
    throw refuse(insertValuesMessages.unknownColumn(name, known), statement.nameSpan);
  });
  rejectHeaders(columns.filter(({ namespace }) => namespace === 'HEADERS'));
  return columns;
}

function rejectHeaders(headers: readonly SchemaColumn[]): void {
  if (headers.length === 0) return;
  throw refuse(insertValuesMessages.headers(headers.map(({ name }) => name)));
}

/** The value of a constant expression, as a column's type; undefined while functions of users are still to be called for it. */
export function valueFor(
  column: Pick<SchemaColumn, 'name' | 'type'>,
  expression: Expression,
  context: AnalysisContext,
): SqlValue | undefined {
  const { type, value } = constantIn(expression, context);
  if (value === null || type === null) return null;
  if (!canInsert(type, column.type)) {
    const facts = { column: column.name, expected: column.type, type };
    throw refuse(insertValuesMessages.type({ ...facts, text: textOf(expression) }), expression.span);
  }
  if (value === undefined) return undefined;
  try {
    return casterOf(type, column.type)?.(value) ?? value;
  } catch (error) {
    if (mustStop(error)) throw error;
    throw refuse(insertValuesMessages.value(messageOf(error)), expression.span);
  }
}

/** @throws {DiagnosticError} where it cannot be evaluated. */
function constantIn(expression: Expression, context: AnalysisContext): ReturnType<typeof constantOf> {
  try {
    return constantOf(expression, context);
  } catch (error) {
    if (mustStop(error) || error instanceof DiagnosticError) throw error;
    throw refuse(insertValuesMessages.value(messageOf(error)), expression.span);
  }
}

/** Whether every value of a type may stand in a column: numbers widen, and nothing is cut off. */
function canInsert(from: SqlType, to: SqlType): boolean {
  if (from.kind === 'ARRAY' && to.kind === 'ARRAY') return canInsert(from.element, to.element);
  if (from.kind === 'MAP' && to.kind === 'MAP') {
    return canInsert(from.key, to.key) && canInsert(from.value, to.value);
  }
  if (from.kind === 'STRUCT' && to.kind === 'STRUCT') {
    // Fields that the column does not have are left out.
    return from.fields.every(({ name, type }) => {
      const field = to.fields.find((candidate) => candidate.name === name);
      return field === undefined || canInsert(type, field.type);
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
  throw refuse(columnMessages.unknownSource(named.source ?? '', undefined), named.span);
}

/** What looks like a column is most often a text that lacks its quotes. */
function rejectColumns(expression: Expression): void {
  const [named] = columnsOfExpression(expression);
  if (named === undefined) return;
  throw refuse({ ...expressionMessages.unknownColumn(named.name), hint: columnHints.constant() }, named.span);
}

/** A value as messages show it: texts without their quotes. */
function textOf(expression: Expression): string {
  return expression.kind === 'StringLiteral' ? expression.value : formatExpression(expression);
}
