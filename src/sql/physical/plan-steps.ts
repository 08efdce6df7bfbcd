import { formatExpression } from '../../../grammar/printer/expressions.ts';
import { assertDefined } from '../../base/assert.ts';
import { formatOf } from '../../serde/formats.ts';
import { printType } from '../../serde/model/sql-type.ts';
import { canWrite, checkKeyColumns, keyFeatures } from '../analysis/formats.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { aggregationMessages } from '../messages/aggregation.ts';
import { joinMessages } from '../messages/joins.ts';
import { refuse } from '../analysis/sql-error.ts';
import type { BoundExpression } from '../bound/nodes.ts';
import { printBound } from '../bound/print.ts';
import { encodeExpression } from '../bound/record/encode.ts';
import type { FormatInfo, KeyFormatInfo } from '../catalog/data-source.ts';
import { repartitionOfWindowed } from '../logical/join-nodes.ts';
import type {
  AggregateNode,
  JoinInput,
  JoinNode,
  KeyColumn,
  LogicalNode,
  NodeSchema,
  PartitionByNode,
  RowColumn,
  SourceNode,
} from '../logical/nodes.ts';
import { sourcesOf } from '../logical/nodes.ts';
import { encodeAggregateCall, encodeTableCall } from './call-records.ts';
import type {
  AggregateStep,
  JoinStep,
  KeyByStep,
  PlanColumn,
  PlanExpression,
  PlanSchema,
  SourceStep,
  Step,
} from './steps.ts';

/** A step and the layout that its key would have on a topic. */
export interface Planned {
  readonly step: Step;
  readonly keyFormat: KeyFormatInfo;
}

const jsonFormat: FormatInfo = { format: 'JSON', properties: {}, features: [] };

/** Turns a logical plan into steps: formats, internal topics and stores are decided here. */
export function planSteps(node: LogicalNode, context: AnalysisContext): Planned {
  switch (node.node) {
    case 'Source':
      return planSource(node);
    case 'Filter': {
      const input = planSteps(node.input, context);
      const predicate = planExpression(node.predicate);
      return { ...input, step: { step: 'filter', ...baseOf(node), input: input.step, predicate } };
    }
    case 'FlatMap': {
      const input = planSteps(node.input, context);
      const calls = node.calls.map(({ name, call, bound }) => ({
        name,
        text: formatExpression(call),
        call: encodeTableCall(bound),
      }));
      return { ...input, step: { step: 'flatMap', ...baseOf(node), input: input.step, calls } };
    }
    case 'Project': {
      const input = planSteps(node.input, context);
      const columns = node.columns.map(({ name, expression }) => ({
        name,
        expression: planExpression(expression),
      }));
      return {
        ...input,
        step: {
          step: 'project',
          ...baseOf(node),
          input: input.step,
          columns,
          ...(node.keyPositions === undefined ? {} : { keyPositions: node.keyPositions }),
          ...(node.keyCopies === undefined ? {} : { keyCopies: node.keyCopies }),
        },
      };
    }
    case 'PartitionBy':
      return planPartitionBy(node, context);
    case 'Aggregate':
      return planAggregate(node, context);
    case 'Join':
      return planJoin(node, context);
  }
}

function baseOf(node: LogicalNode): Pick<Step, 'id' | 'output' | 'schema' | 'window'> {
  return {
    id: node.id,
    output: node.output,
    schema: planSchema(node.schema),
    ...(node.window === undefined ? {} : { window: node.window }),
  };
}

export function planColumn({ name, type }: RowColumn): PlanColumn {
  return { name, type: printType(type) };
}

export function planExpression(bound: BoundExpression): PlanExpression {
  return { text: printBound(bound), tree: encodeExpression(bound) };
}

function planSchema(schema: NodeSchema): PlanSchema {
  return { key: schema.key.map(planColumn), row: schema.row.map(planColumn) };
}

function planSource(node: SourceNode): Planned {
  const { source, alias } = node;
  const { keyFormat, valueFormat, name } = source.topic;
  const step: SourceStep = {
    step: 'source',
    ...baseOf(node),
    source: source.name,
    alias,
    topic: name,
    formats: { key: keyFormat, value: valueFormat },
    keyColumns: source.schema.key.map(planColumn),
    valueColumns: source.schema.value.map(planColumn),
    headers: source.schema.headers.map(({ headerKey }) =>
      headerKey === undefined ? {} : { key: headerKey },
    ),
    ...(source.timestamp === undefined ? {} : { timestamp: source.timestamp }),
    ...(node.unread === undefined ? {} : { unread: node.unread }),
    ...(source.kind === 'TABLE' ? { store: `${node.id}-Reduce` } : {}),
  };
  return { step, keyFormat };
}

/** A key format that can hold the columns: that of the source where it can, else JSON. */
function internalKeyFormat(
  current: KeyFormatInfo,
  columns: readonly RowColumn[],
  context: AnalysisContext,
): KeyFormatInfo {
  const format =
    current.format === 'NONE'
      ? (context.properties['ksql.persistence.default.format.key']?.toUpperCase() ?? 'KAFKA')
      : current.format;
  const properties = current.format === 'NONE' ? {} : current.properties;
  const info: KeyFormatInfo = { format, properties, features: keyFeatures(format, columns.length) };
  if (canWrite('key', info, columns)) return info;
  return { ...jsonFormat, features: keyFeatures('JSON', columns.length) };
}

function valueFormatOf(node: LogicalNode): FormatInfo {
  const source = assertDefined(sourcesOf(node)[0], 'a plan has a source').source;
  return { ...source.topic.valueFormat, features: [] };
}

function planPartitionBy(node: PartitionByNode, context: AnalysisContext): Planned {
  const input = planSteps(node.input, context);
  checkKeyColumns(node.schema.key);
  return {
    step: {
      step: 'partitionBy',
      ...baseOf(node),
      input: input.step,
      keyPlaces: node.input.schema.key.map(({ place }) => assertDefined(place, 'rows hold their key')),
      keys: node.keys.map(planExpression),
    },
    keyFormat:
      node.keys.length === 0
        ? input.keyFormat
        : sinkKeyFormat(input.keyFormat, node.schema.key.length, context),
  };
}

/** What a result inherits when its key was changed: the format, as it is, even where it cannot hold the new key. */
function sinkKeyFormat(current: KeyFormatInfo, columnCount: number, context: AnalysisContext): KeyFormatInfo {
  const format =
    current.format === 'NONE'
      ? (context.properties['ksql.persistence.default.format.key']?.toUpperCase() ?? 'KAFKA')
      : current.format;
  return {
    format,
    properties: current.format === 'NONE' ? {} : current.properties,
    features: keyFeatures(format, columnCount),
  };
}

function planAggregate(node: AggregateNode, context: AnalysisContext): Planned {
  const input = planSteps(node.input, context);
  checkKeyColumns(node.schema.key);
  const current = node.input.schema.key;
  const sameKey =
    node.input.window === undefined &&
    current.length === node.groupBy.length &&
    node.groupBy.every((expression, index) => isKey(expression, current[index]));
  const value = valueFormatOf(node);
  for (const { call, name, bound } of node.calls) {
    if (canWrite('value', value, [{ name, type: bound.resolved.aggregator.stateType }])) continue;
    throw refuse(aggregationMessages.stateType(), call.span);
  }
  const step: AggregateStep = {
    step: 'aggregate',
    ...baseOf(node),
    input: input.step,
    groupBy: node.groupBy.map(planExpression),
    rekey: !sameKey || node.input.output === 'TABLE',
    calls: node.calls.map(({ name, call, bound }) => ({
      name,
      text: formatExpression(call),
      call: encodeAggregateCall(bound),
    })),
    ...(node.timeWindow === undefined ? {} : { timeWindow: node.timeWindow }),
    emitFinal: node.emitFinal,
    formats: { key: internalKeyFormat(input.keyFormat, node.schema.key, context), value },
    store: 'Aggregate-Aggregate-Materialize',
  };
  return {
    step,
    keyFormat: withWindow(sinkKeyFormat(input.keyFormat, node.schema.key.length, context), node),
  };
}

function withWindow(format: KeyFormatInfo, node: LogicalNode): KeyFormatInfo {
  const { window: _, ...plain } = format;
  return node.window === undefined ? plain : { ...plain, window: node.window };
}

function isKey(expression: BoundExpression, key: KeyColumn | undefined): boolean {
  return expression.kind === 'Column' && expression.index === key?.place;
}

function planJoin(node: JoinNode, context: AnalysisContext): Planned {
  const left = planSteps(node.left.node, context);
  const right = planSteps(node.right.node, context);
  const foreign = node.joinKey.kind === 'foreign';
  if (!foreign) checkKeyColumns(node.schema.key);
  const keyFormat = foreign ? left.keyFormat : joinKeyFormat(node, left, right, context);
  const leftStep = foreign ? left.step : keyed({ input: node.left, planned: left, keyFormat, node, context });
  const rightStep = foreign
    ? foreignSide(node, right, keyFormat)
    : keyed({ input: node.right, planned: right, keyFormat, node, context });
  const step: JoinStep = {
    step: 'join',
    ...baseOf(node),
    kind: foreign ? 'foreign-key' : kindOf(node),
    type: node.type,
    left: leftStep,
    right: rightStep,
    ...(node.within === undefined ? {} : { within: node.within }),
    keyInRow: node.joinKey.kind === 'synthetic',
    ...(node.joinKey.kind === 'foreign' ? { foreignKey: planExpression(node.joinKey.expression) } : {}),
    formats: {
      key: internalKeyFormat(keyFormat, foreign ? node.left.node.schema.key : node.schema.key, context),
      left: valueFormatOf(node.left.node),
      right: valueFormatOf(node.right.node),
    },
  };
  return { step, keyFormat: withWindow(keyFormat, node) };
}

function kindOf(node: JoinNode): JoinStep['kind'] {
  if (node.output === 'TABLE') return 'table-table';
  return node.right.node.output === 'TABLE' ? 'stream-table' : 'stream-stream';
}

/** The left side's key format, unless only the right side keeps its key; else that of the first source that has one. */
function joinKeyFormat(
  node: JoinNode,
  left: Planned,
  right: Planned,
  context: AnalysisContext,
): KeyFormatInfo {
  const keeps = (input: JoinInput, planned: Planned): boolean =>
    input.keyBy === undefined && planned.keyFormat.format !== 'NONE';
  const chosen = keeps(node.left, left)
    ? left.keyFormat
    : keeps(node.right, right)
      ? right.keyFormat
      : firstFormat(node, context);
  return {
    ...sinkKeyFormat(chosen, 1, context),
    ...(node.window === undefined ? {} : { window: node.window }),
  };
}

function firstFormat(node: JoinNode, context: AnalysisContext): KeyFormatInfo {
  const formats = sourcesOf(node).map(({ source }) => source.topic.keyFormat);
  return (
    formats.find(({ format }) => format !== 'NONE') ??
    sinkKeyFormat({ format: 'NONE', properties: {}, features: [] }, 1, context)
  );
}

/** The right side of a foreign-key join: under its own key, in bytes that say nothing of a registered schema. */
function foreignSide({ right }: JoinNode, planned: Planned, keyFormat: KeyFormatInfo): Step {
  if (!formatOf(planned.keyFormat.format).usesSchemaRegistry) return planned.step;
  const { window: _, ...key } = formatOf(keyFormat.format).usesSchemaRegistry ? keyFormat : planned.keyFormat;
  return {
    step: 'keyBy',
    id: right.keyById,
    output: right.node.output,
    input: planned.step,
    schema: planned.step.schema,
    formats: { key: { ...key, features: planned.keyFormat.features }, value: valueFormatOf(right.node) },
  };
}

/**
 * Keys of a registered format on a topic of others begin with the ids of their schemas: equal ones may have other bytes, and lie in
 * other partitions.
 */
function hasForeignKeys({ step, keyFormat }: Planned): boolean {
  switch (step.step) {
    case 'source':
      return formatOf(keyFormat.format).usesSchemaRegistry;
    case 'filter':
    case 'project':
    case 'flatMap':
      return hasForeignKeys({ step: step.input, keyFormat });
    default:
      return false;
  }
}

/** A side of a join under the key of the join, in the key's bytes: both must agree for rows to meet. */
function keyed(options: {
  readonly input: JoinInput;
  readonly planned: Planned;
  readonly keyFormat: KeyFormatInfo;
  readonly node: JoinNode;
  readonly context: AnalysisContext;
}): Step {
  const { input, planned, keyFormat, node, context } = options;
  const sameBytes =
    planned.keyFormat.format === keyFormat.format &&
    JSON.stringify(planned.keyFormat.properties) === JSON.stringify(keyFormat.properties);
  if (input.keyBy === undefined && sameBytes && !hasForeignKeys(planned)) return planned.step;
  if (input.node.window !== undefined) throw repartitionOfWindowed(input.keyBy?.syntax.span);
  if (input.node.output === 'TABLE' && input.keyBy !== undefined) {
    const condition = printBound(input.keyBy);
    throw refuse(joinMessages.tableTableKey(condition, undefined), input.keyBy.syntax.span);
  }
  const step: KeyByStep = {
    step: 'keyBy',
    id: input.keyById,
    output: input.node.output,
    input: planned.step,
    ...(input.keyBy === undefined ? {} : { key: planExpression(input.keyBy) }),
    schema: { key: node.schema.key.map(planColumn), row: planned.step.schema.row },
    formats: {
      key: internalKeyFormat(keyFormat, node.schema.key, context),
      value: valueFormatOf(input.node),
    },
  };
  return step;
}
