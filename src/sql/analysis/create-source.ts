import type { ColumnDefinition, CreateSource } from '../../../grammar/ast.ts';
import { printType, type SqlType } from '../../serde/model/sql-type.ts';
import { formatOf } from '../../serde/formats.ts';
import type { DataSource, KeyFormatInfo } from '../catalog/data-source.ts';
import { typeFromSyntax } from '../types/from-syntax.ts';
import { LogicalSchema, type SchemaColumn } from '../types/logical-schema.ts';
import {
  checkFormat,
  checkKeyColumns,
  keyFeatures,
  keyProperties,
  valueFeatures,
  valueProperties,
} from './formats.ts';
import { inferColumns } from './infer-columns.ts';
import { type AnalysisContext, booleanProperty } from './session.ts';
import { columnMessages } from '../messages/columns.ts';
import { headings } from '../messages/headings.ts';
import { sourceMessages } from '../messages/sources.ts';
import { withMessages } from '../messages/with-properties.ts';
import { refuse, refuseAt, withPrefix } from './sql-error.ts';
import { isSystemColumn } from './system-columns.ts';
import { checkTimestampColumn } from './timestamp-column.ts';
import { WithProperties } from './with-properties.ts';

/** A source as a statement declares it, and the topic it wants. */
interface DeclaredSource {
  readonly source: DataSource;
  readonly partitions?: number;
  readonly replicas?: number;
  readonly retentionMs?: number;
  readonly cleanupPolicy?: string;
}

/** CREATE STREAM|TABLE with columns: everything is in the statement. */
export function analyzeCreateSource(
  statement: CreateSource,
  text: string,
  context: AnalysisContext,
): DeclaredSource {
  const { properties, topicName, ...prepared } = withPrefix(headings.prepare, () =>
    prepare(statement, context),
  );
  const formats = formatNames(properties, context);
  checkSchemaIds(statement, properties, formats);
  // Columns that are not declared are those of a schema registry.
  if (prepared.schema.columns.length === 0) requireSupported(properties, formats);
  const schema = withInferred(prepared.schema, { properties, topicName, formats }, context);
  checkColumns(statement, schema, formats);
  checkKeyColumns(schema.key);
  const window = properties.window();
  if (window !== undefined && schema.key.length === 0) throw refuse(withMessages.windowWithoutKey());
  const keyFormat: KeyFormatInfo = {
    format: formats.key,
    properties: schema.key.length === 0 ? {} : keyProperties(properties, formats.key, statement.name),
    features: keyFeatures(formats.key, schema.key.length),
    ...(window === undefined ? {} : { window }),
  };
  const wrapSingleValue = properties.boolean('WRAP_SINGLE_VALUE');
  const valueFormat = {
    format: formats.value,
    properties: valueProperties(properties, formats.value),
    features: valueFeatures({
      format: formats.value,
      columnCount: schema.value.length,
      wrapSingleValue,
      properties: context.properties,
    }),
  };
  checkProperties(keyFormat);
  checkProperties(valueFormat);
  if (schema.key.length > 0 || keyFormat.format === 'NONE') checkFormat('key', keyFormat, schema.key);
  checkFormat('value', valueFormat, schema.value);
  const timestamp = checkTimestampColumn(properties, schema);
  requireSupported(properties, formats);
  const partitions = properties.integer('PARTITIONS');
  const replicas = properties.integer('REPLICAS');
  const retentionMs = properties.integer('RETENTION_MS');
  const cleanupPolicy = properties.string('CLEANUP_POLICY');
  return {
    source: {
      kind: statement.sourceKind,
      name: statement.name,
      schema,
      topic: { name: topicName, keyFormat, valueFormat },
      ...(timestamp === undefined ? {} : { timestamp }),
      isSource: statement.isSource,
      isQueryResult: false,
      sqlText: text,
    },
    ...(partitions === undefined ? {} : { partitions }),
    ...(replicas === undefined ? {} : { replicas }),
    ...(retentionMs === undefined ? {} : { retentionMs }),
    ...(cleanupPolicy === undefined ? {} : { cleanupPolicy }),
  };
}

/** A server may do without columns of headers. */
function checkHeadersEnabled({ columns, sourceKind }: CreateSource, { properties }: AnalysisContext): void {
  if (booleanProperty(properties, 'ksql.headers.columns.enabled') !== false) return;
  const first = columns.find(({ constraint }) => constraint?.kind === 'Headers');
  if (first !== undefined) throw refuse(sourceMessages.headersDisabled(sourceKind), first.span);
}

/** What can be said of the statement as it is written: ksqlDB checks it while it parses. */
function prepare(
  statement: CreateSource,
  context: AnalysisContext,
): { readonly properties: WithProperties; readonly topicName: string; readonly schema: LogicalSchema } {
  checkHeadersEnabled(statement, context);
  const schema = schemaOf(statement, context);
  checkConstraints(statement);
  checkNames(statement);
  const properties = new WithProperties(statement.properties, 'source');
  const topicName = properties.string('KAFKA_TOPIC');
  if (topicName === undefined) throw refuse(withMessages.missing('KAFKA_TOPIC'), statement.span);
  return { properties, topicName, schema };
}

function checkNames({ columns }: CreateSource): void {
  const known = new Set<string>();
  const twice = columns.filter(({ name }) => known.size === known.add(name).size);
  const [first] = twice;
  if (first === undefined) return;
  throw refuse(columnMessages.declaredTwice([...new Set(twice.map(({ name }) => name))]), first.span);
}

function checkProperties(info: KeyFormatInfo): void {
  formatOf(info.format).validateProperties(info.properties);
}

function checkConstraints(statement: CreateSource): void {
  for (const { constraint, name, span } of statement.columns) {
    if (statement.sourceKind === 'STREAM' && constraint?.kind === 'PrimaryKey') {
      throw refuseAt(sourceMessages.primaryKeyOfStream(name), span);
    }
    if (statement.sourceKind === 'TABLE' && constraint?.kind === 'Key') {
      throw refuseAt(sourceMessages.keyOfTable(name), span);
    }
  }
}

function formatNames(
  properties: WithProperties,
  context: AnalysisContext,
): { readonly key: string; readonly value: string } {
  const key =
    properties.keyFormat() ??
    context.properties['ksql.persistence.default.format.key']?.toUpperCase() ??
    'KAFKA';
  const value =
    properties.valueFormat() ?? context.properties['ksql.persistence.default.format.value']?.toUpperCase();
  if (value === undefined) throw refuse(withMessages.missingFormat());
  properties.at('KEY_FORMAT', () => formatOf(key));
  properties.at('VALUE_FORMAT', () => formatOf(value));
  return { key, value };
}

/** @throws {DiagnosticError} where a format is still to come, when nothing else is wrong. */
function requireSupported(
  properties: WithProperties,
  formats: { readonly key: string; readonly value: string },
): void {
  properties.at('KEY_FORMAT', () => formatOf(formats.key));
  properties.at('VALUE_FORMAT', () => formatOf(formats.value));
}

function schemaOf(statement: CreateSource, context: AnalysisContext): LogicalSchema {
  return new LogicalSchema(
    statement.columns.map((column) => {
      const type = typeFromSyntax(column.type, (name) => context.catalog.type(name));
      return columnOf(column, type);
    }),
  );
}

/** The columns that the statement leaves to a schema registry, beside those that it declares. */
function withInferred(
  declared: LogicalSchema,
  options: {
    readonly properties: WithProperties;
    readonly topicName: string;
    readonly formats: { readonly key: string; readonly value: string };
  },
  context: AnalysisContext,
): LogicalSchema {
  const { properties, topicName: topic, formats } = options;
  const infer = (side: 'KEY' | 'VALUE', format: string): readonly SchemaColumn[] => {
    const given = side === 'KEY' ? declared.key : declared.value;
    if (given.length > 0 || !formatOf(format).usesSchemaRegistry) return [];
    const columns = properties.at(`${side}_FORMAT`, () =>
      inferColumns({ side, topic, format, properties }, context),
    );
    return columns.map((column) => ({ ...column, namespace: side }));
  };
  const key = infer('KEY', formats.key);
  const value = infer('VALUE', formats.value);
  if (key.length === 0 && value.length === 0) return declared;
  return new LogicalSchema([...key, ...declared.columns, ...value]);
}

const headersType = 'ARRAY<STRUCT<`KEY` STRING, `VALUE` BYTES>>';

function columnOf(column: ColumnDefinition, type: SqlType): SchemaColumn {
  const { name, constraint } = column;
  if (constraint === undefined) return { name, type, namespace: 'VALUE' };
  if (constraint.kind !== 'Headers') return { name, type, namespace: 'KEY' };
  if (constraint.key === undefined) {
    if (printType(type) !== headersType) {
      throw refuse(sourceMessages.headersType(type, headersType), column.span);
    }
    return { name, type, namespace: 'HEADERS' };
  }
  if (type.kind !== 'BYTES') {
    throw refuse(sourceMessages.headerType(constraint.key, type), column.span);
  }
  return { name, type, namespace: 'HEADERS', headerKey: constraint.key };
}

/** Columns from a schema registry need a format that has one, and no columns in the statement. */
function checkSchemaIds(
  statement: CreateSource,
  properties: WithProperties,
  formats: { readonly key: string; readonly value: string },
): void {
  for (const side of ['KEY', 'VALUE'] as const) {
    if (!properties.has(`${side}_SCHEMA_ID`)) continue;
    const format = side === 'KEY' ? formats.key : formats.value;
    if (!formatOf(format).usesSchemaRegistry) {
      throw refuse(withMessages.schemaIdUnsupported(side, format));
    }
    const declared = statement.columns.some(
      ({ constraint }) =>
        (constraint?.kind === 'Key' || constraint?.kind === 'PrimaryKey') === (side === 'KEY'),
    );
    if (declared) throw refuse(withMessages.schemaIdAndColumns(side));
  }
}

function checkColumns(
  statement: CreateSource,
  schema: LogicalSchema,
  formats: { readonly key: string; readonly value: string },
): void {
  const reserved = statement.columns.find(({ name }) => isSystemColumn(name));
  if (reserved !== undefined) throw refuse(columnMessages.reservedName(reserved.name), reserved.span);
  checkHeaders(schema);
  if (statement.sourceKind === 'TABLE' && schema.key.length === 0) {
    const canInfer = formatOf(formats.key).usesSchemaRegistry;
    throw refuse(sourceMessages.primaryKeyMissing(canInfer), statement.span);
  }
  if (schema.columns.length === 0 && formats.value !== 'NONE') {
    throw refuse(sourceMessages.noColumns(), statement.span);
  }
}

function checkHeaders(schema: LogicalSchema): void {
  const all = schema.headers.filter(({ headerKey }) => headerKey === undefined);
  const keyed = schema.headers.filter(({ headerKey }) => headerKey !== undefined);
  if (all.length > 1 || (all.length === 1 && keyed.length > 0)) throw refuse(sourceMessages.headersTwice());
  const keys = new Set<string>();
  for (const { headerKey = '' } of keyed) {
    if (keys.has(headerKey)) throw refuse(sourceMessages.headerTwice(headerKey));
    keys.add(headerKey);
  }
}
