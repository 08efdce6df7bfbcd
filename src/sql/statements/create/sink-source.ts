import type { CreateSourceAs } from '../../../../grammar/ast.ts';
import type { SourceSpan } from '../../../base/errors.ts';
import { formatOf } from '../../../serde/formats.ts';
import {
  checkFormat,
  checkKeyColumns,
  keyFeatures,
  keyProperties,
  valueFeatures,
  valueProperties,
} from '../../analysis/formats.ts';
import { checkSinkSchemas, writtenSchemas } from '../../analysis/written-schemas.ts';
import { isReadOnlyTopic } from '../../analysis/reserved-topics.ts';
import type { AnalysisContext } from '../../analysis/session.ts';
import { statementMessages } from '../../messages/statements.ts';
import { withMessages } from '../../messages/with-properties.ts';
import { refuse } from '../../analysis/sql-error.ts';
import { checkTimestampColumn } from '../../analysis/timestamp-column.ts';
import type { WithProperties } from '../../analysis/with-properties.ts';
import type { DataSource, FormatInfo, KeyFormatInfo } from '../../catalog/data-source.ts';
import type { ProjectNode } from '../../logical/nodes.ts';
import { sourcesOf } from '../../logical/nodes.ts';
import type { Planned } from '../../physical/plan-steps.ts';
import type { SinkStep, Step } from '../../physical/steps.ts';
import { LogicalSchema, type SchemaColumn } from '../../types/logical-schema.ts';
import { cleanupOf, type TopicRequest } from '../../physical/topic-request.ts';

/** The schema of a query's result. */
export function schemaOfProject(project: ProjectNode): LogicalSchema {
  const column =
    (namespace: 'KEY' | 'VALUE') =>
    ({ name, type }: { name: string; type: SchemaColumn['type'] }): SchemaColumn => ({
      name,
      type,
      namespace,
    });
  return new LogicalSchema([
    ...project.schema.key.map(column('KEY')),
    ...project.schema.row.map(column('VALUE')),
  ]);
}

function inherited(
  info: FormatInfo,
  chosen: string | undefined,
  ownOf: (format: string) => Readonly<Record<string, string>>,
): FormatInfo {
  const format = chosen ?? info.format;
  const kept: Record<string, string> = {};
  if (format === info.format) {
    for (const name of formatOf(format).inheritedProperties) {
      const value = info.properties[name];
      if (value !== undefined) kept[name] = value;
    }
  }
  return { format, properties: { ...kept, ...ownOf(format) }, features: [] };
}

/** The source that a query makes: formats inherited from its (first) source unless the WITH clause says otherwise. */
export function sinkSource(options: {
  readonly statement: CreateSourceAs;
  readonly text: string;
  readonly project: ProjectNode;
  readonly planned: Planned;
  readonly properties: WithProperties;
  readonly context: AnalysisContext;
}): DataSource {
  const { statement, text, project, planned, properties, context } = options;
  const schema = schemaOfProject(project);
  const from = sourcesOf(project)[0];
  const key = sinkKeyFormat(options, schema);
  const value = inherited(
    from?.source.topic.valueFormat ?? { format: 'JSON', properties: {}, features: [] },
    properties.valueFormat(),
    (format) => valueProperties(properties, format),
  );
  formatOf(key.format).validateProperties(key.properties);
  formatOf(value.format).validateProperties(value.properties);
  const { window } = planned.step;
  const features = keyFeatures(key.format, schema.key.length);
  const keyFormat: KeyFormatInfo = { ...key, features, ...(window === undefined ? {} : { window }) };
  checkKeyColumns(schema.key);
  const wrapSingleValue = properties.boolean('WRAP_SINGLE_VALUE');
  const valueFormat: FormatInfo = {
    ...value,
    features: valueFeatures({
      format: value.format,
      columnCount: schema.value.length,
      wrapSingleValue,
      properties: context.properties,
    }),
  };
  if (schema.key.length > 0) checkFormat('key', keyFormat, schema.key);
  checkFormat('value', valueFormat, schema.value);
  const timestamp = checkTimestampColumn(properties, schema);
  const prefix = context.properties['ksql.output.topic.name.prefix'] ?? '';
  const topic = { name: properties.string('KAFKA_TOPIC') ?? prefix + statement.name, keyFormat, valueFormat };
  checkSinkSchemas({ topic, schema }, properties, context);
  return {
    kind: statement.sourceKind,
    name: statement.name,
    schema,
    topic,
    ...(timestamp === undefined ? {} : { timestamp }),
    isSource: false,
    isQueryResult: true,
    sqlText: text,
  };
}

function sinkKeyFormat(
  options: {
    readonly statement: CreateSourceAs;
    readonly project: ProjectNode;
    readonly planned: Planned;
    readonly properties: WithProperties;
    readonly context: AnalysisContext;
  },
  schema: LogicalSchema,
): FormatInfo {
  const { statement, project, planned, properties, context } = options;
  const chosen = properties.keyFormat();
  if (schema.key.length === 0) {
    if (properties.string('KEY_FORMAT') !== undefined && chosen !== 'NONE') {
      throw refuse(withMessages.keyFormatWithoutKey(), properties.place('KEY_FORMAT'));
    }
    return { format: 'NONE', properties: {}, features: [] };
  }
  const ownOf = (format: string): Readonly<Record<string, string>> =>
    keyProperties(properties, format, statement.name);
  // Whatever the sides of a join are keyed by, a result has the format of its first source.
  const first = sourcesOf(project)[0]?.source.topic.keyFormat ?? planned.keyFormat;
  if (chosen === undefined && first.format === 'NONE') {
    const format = context.properties['ksql.persistence.default.format.key']?.toUpperCase() ?? 'KAFKA';
    return { format, properties: ownOf(format), features: [] };
  }
  return inherited(first, chosen, ownOf);
}

/** @throws {DiagnosticError} where no statement may write to a topic. */
export function checkWritable(topic: string, { properties }: AnalysisContext, span: SourceSpan): void {
  if (isReadOnlyTopic(topic, properties)) throw refuse(statementMessages.writeReadOnlyTopic(topic), span);
}

/** Partitions and replicas are those of the (left) source's topic unless given. */
export function sinkTopic(
  source: DataSource,
  project: ProjectNode,
  properties: WithProperties,
  context: AnalysisContext,
): TopicRequest {
  const from = sourcesOf(project)[0];
  const facts = from === undefined ? undefined : context.topics.get(from.source.topic.name);
  const partitions = properties.integer('PARTITIONS') ?? facts?.partitions;
  const replicas = properties.integer('REPLICAS') ?? facts?.replicas;
  const retentionMs = properties.integer('RETENTION_MS');
  const cleanupPolicy = properties.string('CLEANUP_POLICY');
  return {
    name: source.topic.name,
    ...cleanupOf(source.kind, source.topic.keyFormat.window !== undefined),
    ...(partitions === undefined ? {} : { partitions }),
    ...(replicas === undefined ? {} : { replicas }),
    ...(retentionMs === undefined ? {} : { retentionMs }),
    ...(cleanupPolicy === undefined ? {} : { cleanupPolicy }),
  };
}

export function sinkStep(source: DataSource, project: ProjectNode, planned: Planned): SinkStep {
  const schemas = writtenSchemas(source);
  return {
    step: 'sink',
    id: source.name,
    output: project.output,
    schema: planned.step.schema,
    input: kept(planned.step),
    topic: source.topic.name,
    formats: { key: source.topic.keyFormat, value: source.topic.valueFormat },
    ...(Object.keys(schemas).length === 0 ? {} : { schemas }),
    ...(planned.step.window === undefined ? {} : { window: planned.step.window }),
    ...(source.timestamp === undefined ? {} : { timestamp: source.timestamp }),
  };
}

/** A table is kept somewhere, so that pull queries can read it: by its aggregation, or else by its projection. */
function kept(step: Step): Step {
  if (step.step !== 'project' || step.output !== 'TABLE') return step;
  const input = step.input.step === 'filter' ? step.input.input : step.input;
  return input.step === 'aggregate' ? step : { ...step, store: `${step.id}-Materialize` };
}
