import type { ColumnDefinition, CreateSource } from '../../../grammar/ast.ts';
import { printType, type SqlType } from '../../serde/model/sql-type.ts';
import { formatOf } from '../../serde/formats.ts';
import type { DataSource, KeyFormatInfo } from '../catalog/data-source.ts';
import { typeFromSyntax } from '../types/from-syntax.ts';
import { LogicalSchema, type SchemaColumn } from '../types/logical-schema.ts';
import { checkFormat, checkKeyColumns, keyFeatures, valueFeatures } from './formats.ts';
import type { AnalysisContext } from './session.ts';
import { locatedError, sqlError, withPrefix } from './sql-error.ts';
import { isSystemColumn } from './system-columns.ts';
import { checkTimestampColumn } from './timestamp-column.ts';
import { WithProperties } from './with-properties.ts';

/** A source as a statement declares it, and the topic it wants. */
interface DeclaredSource {
  readonly source: DataSource;
  readonly partitions?: number;
  readonly replicas?: number;
}

/** CREATE STREAM|TABLE with columns: everything is in the statement. */
export function analyzeCreateSource(
  statement: CreateSource,
  text: string,
  context: AnalysisContext,
): DeclaredSource {
  const properties = withPrefix('Failed to prepare statement: ', () => {
    checkConstraints(statement);
    return new WithProperties(statement.properties, 'source');
  });
  const topicName = properties.string('KAFKA_TOPIC');
  if (topicName === undefined) {
    throw sqlError('Missing required property "KAFKA_TOPIC" which has no default value.', {
      hint: "name the topic: WITH (KAFKA_TOPIC='topic', …)",
      span: statement.span,
    });
  }
  const formats = formatNames(properties, context);
  const schema = schemaOf(statement, context);
  checkSchemaIds(statement, properties, formats);
  checkColumns(statement, schema, formats);
  checkKeyColumns(schema.key);
  const window = properties.window();
  const keyFormat: KeyFormatInfo = {
    format: formats.key,
    properties: properties.formatProperties('KEY'),
    features: keyFeatures(formats.key, schema.key.length),
    ...(window === undefined ? {} : { window }),
  };
  const wrapSingleValue = properties.boolean('WRAP_SINGLE_VALUE');
  const valueFormat = {
    format: formats.value,
    properties: properties.formatProperties('VALUE'),
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
  const partitions = properties.integer('PARTITIONS');
  const replicas = properties.integer('REPLICAS');
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
  };
}

function checkProperties(info: KeyFormatInfo): void {
  formatOf(info.format).validateProperties(info.properties);
}

function checkConstraints(statement: CreateSource): void {
  for (const { constraint, name, span } of statement.columns) {
    if (statement.sourceKind === 'STREAM' && constraint?.kind === 'PrimaryKey') {
      throw locatedError(
        `Column \`${name}\` is a 'PRIMARY KEY' column: please use 'KEY' for streams.\n` +
          'Tables have PRIMARY KEYs, which are unique and NON NULL.\nStreams have KEYs, which have no uniqueness or NON NULL constraints.',
        span,
      );
    }
    if (statement.sourceKind === 'TABLE' && constraint?.kind === 'Key') {
      throw locatedError(
        `Column \`${name}\` is a 'KEY' column: please use 'PRIMARY KEY' for tables.\n` +
          'Tables have PRIMARY KEYs, which are unique and NON NULL.\nStreams have KEYs, which have no uniqueness or NON NULL constraints.',
        span,
      );
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
  if (value === undefined) {
    throw sqlError(
      "Statement is missing the 'VALUE_FORMAT' property from the WITH clause. Either provide one or set a default via " +
        "the 'ksql.persistence.default.format.value' config.",
      { hint: "add VALUE_FORMAT='JSON'" },
    );
  }
  formatOf(key);
  formatOf(value);
  return { key, value };
}

function schemaOf(statement: CreateSource, context: AnalysisContext): LogicalSchema {
  return new LogicalSchema(
    statement.columns.map((column) => {
      const type = typeFromSyntax(column.type, (name) => context.catalog.type(name));
      return columnOf(column, type);
    }),
  );
}

const headersType = 'ARRAY<STRUCT<`KEY` STRING, `VALUE` BYTES>>';

function columnOf(column: ColumnDefinition, type: SqlType): SchemaColumn {
  const { name, constraint } = column;
  if (constraint === undefined) return { name, type, namespace: 'VALUE' };
  if (constraint.kind !== 'Headers') return { name, type, namespace: 'KEY' };
  if (constraint.key === undefined) {
    if (printType(type) !== headersType) {
      throw sqlError(`Invalid type for HEADERS column: expected ${headersType}, got ${printType(type)}`, {
        span: column.span,
      });
    }
    return { name, type, namespace: 'HEADERS' };
  }
  if (type.kind !== 'BYTES') {
    throw sqlError(
      `Invalid type for HEADER('${constraint.key}') column: expected BYTES, got ${printType(type)}`,
      { span: column.span },
    );
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
      throw sqlError(
        `${side}_FORMAT should support schema inference when ${side}_SCHEMA_ID is provided. Current format is ${format}.`,
      );
    }
    const declared = statement.columns.some(
      ({ constraint }) =>
        (constraint?.kind === 'Key' || constraint?.kind === 'PrimaryKey') === (side === 'KEY'),
    );
    if (declared)
      throw sqlError(`Table elements and ${side}_SCHEMA_ID cannot both exist for create statement.`);
  }
}

function checkColumns(
  statement: CreateSource,
  schema: LogicalSchema,
  formats: { readonly key: string; readonly value: string },
): void {
  const seen = new Set<string>();
  for (const { name } of schema.columns) {
    if (seen.has(name)) throw sqlError(`Duplicate column names: \`${name}\``, { span: statement.span });
    seen.add(name);
    if (isSystemColumn(name)) {
      const column = statement.columns.find((declared) => declared.name === name);
      throw sqlError(
        `'${name}' is a reserved column name. You cannot use it as a name for a column.`,
        column === undefined ? {} : { span: column.span },
      );
    }
  }
  checkHeaders(schema);
  if (statement.sourceKind === 'TABLE' && schema.key.length === 0) {
    throw sqlError(
      'Tables require a PRIMARY KEY. Please define the PRIMARY KEY.' +
        (formatOf(formats.key).usesSchemaRegistry
          ? ' You can also use PARTIAL SCHEMA inference to load the value columns from the Schema Registry.'
          : ''),
      { span: statement.span },
    );
  }
  if (schema.columns.length === 0 && formats.value !== 'NONE') {
    throw sqlError('The statement does not define any columns.', {
      hint: 'name at least one value column',
      span: statement.span,
    });
  }
}

function checkHeaders(schema: LogicalSchema): void {
  const all = schema.headers.filter(({ headerKey }) => headerKey === undefined);
  const keyed = schema.headers.filter(({ headerKey }) => headerKey !== undefined);
  if (all.length > 1) throw sqlError('Schema already contains a HEADERS column.');
  if (all.length === 1 && keyed.length > 0) throw sqlError('Schema already contains a HEADERS column.');
  const keys = new Set<string>();
  for (const { headerKey = '' } of keyed) {
    if (keys.has(headerKey)) throw sqlError(`Schema already contains a HEADER('${headerKey}') column.`);
    keys.add(headerKey);
  }
}
