import { parsePlanText } from '../physical/plan-text.ts';
import { assert, mustStop } from '../../base/assert.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { Row, SqlValue } from '../../serde/model/sql-value.ts';
import type { KStream } from '../../streams/builder/kstream.ts';
import type { Processor, ProcessorContext } from '../../streams/processor.ts';
import type { RecordContext, StreamRecord } from '../../streams/record.ts';
import { columnsIn } from '../bound/children.ts';
import { decodeTableCall } from '../physical/call-records.ts';
import type {
  AggregateStep,
  FilterStep,
  FlatMapStep,
  JoinStep,
  PartitionByStep,
  PlanColumn,
  PlanTableCall,
  ProjectStep,
  SinkStep,
  Step,
} from '../physical/steps.ts';
import type { FormatInfo } from '../catalog/data-source.ts';
import { castArgument } from '../expressions/compile.ts';
import type { BoundTableCall } from '../logical/nodes.ts';
import { tableCallOf } from '../logical/table-call.ts';
import type { ArgumentType } from '../functions/definition.ts';
import { type AggregatedStates, aggregateRows, aggregateSourceRows } from './lower-aggregate.ts';
import { lowerJoin, lowerKeyBy } from './lower-join.ts';
import { ColumnTime } from './column-time.ts';
import { lowerSource, lowerSourceRows } from './lower-source.ts';
import {
  boundCondition,
  boundExpression,
  decodeOptions,
  type Lowered,
  type LoweringContext,
  rowFunction,
  rowProjection,
  rowTest,
  typedRow,
} from './lowering-context.ts';
import { sinkSchemas } from './query-schemas.ts';
import { formatColumns, type Key, keySerde, PROJECTED_KEYS, rowSerde, topicKeySerde } from './row-serdes.ts';

/** Builds the Streams topology of a plan: one step after the other, sources first. */
export function lower(step: Step, context: LoweringContext): Lowered {
  switch (step.step) {
    case 'source':
      return lowerSource(step, context);
    case 'filter':
      return lowerFilter(step, context);
    case 'project':
      return lowerProject(step, context);
    case 'flatMap':
      return lowerFlatMap(step, lower(step.input, context), context);
    case 'partitionBy':
      return lowerPartitionBy(step, lower(step.input, context), context);
    case 'keyBy':
      return lowerKeyBy(step, lower(step.input, context), context);
    case 'aggregate':
      return lowerAggregate(step, context);
    case 'join':
      return lowerJoin(step, joinSides(step, context), context);
    case 'sink':
      return lowerSink(step, lower(step.input, context), context);
  }
}

/** A table that a stream looks up is built before the stream, as in ksqlDB: generated names come in this order. */
function joinSides(step: JoinStep, context: LoweringContext): readonly [Lowered, Lowered] {
  const side: LoweringContext = { ...context, isJoinSide: true };
  if (step.kind === 'stream-table') {
    const table = lower(step.right, side);
    return [lower(step.left, side), table];
  }
  return [lower(step.left, side), lower(step.right, side)];
}

function lowerFilter(step: FilterStep, context: LoweringContext): Lowered {
  const test = rowTest(boundCondition(step.predicate, step.input.schema.row, context), context);
  const source = lowerSourceRows(step.input, context);
  if (source !== undefined) {
    const { stream, appendSystemColumns } = source;
    const keepRow = (key: Key, row: Row, record: RecordContext): boolean =>
      row !== null && test(appendSystemColumns(row, key, record));
    return { kind: 'STREAM', stream: stream.filter(keepRow, { name: step.id }) };
  }
  const input = lower(step.input, context);
  const keep = (_key: Key, row: Row): boolean => row !== null && test(row);
  return input.kind === 'STREAM'
    ? { kind: 'STREAM', stream: input.stream.filter(keep, { name: step.id }) }
    : { kind: 'TABLE', table: input.table.filter(keep, { name: step.id }) };
}

function lowerAggregate(step: AggregateStep, context: LoweringContext): Lowered {
  const { states, finish } = aggregatedStates(step, context);
  return { kind: 'TABLE', table: states.mapValues(finish) };
}

function aggregatedStates(step: AggregateStep, context: LoweringContext): AggregatedStates {
  // Rows that have their key already go straight into the aggregation.
  const source = step.rekey ? undefined : lowerSourceRows(step.input, context);
  return source === undefined
    ? aggregateRows(step, lower(step.input, context), context)
    : aggregateSourceRows(step, source, context);
}

/** Results and projection in one operator; the name that the first of two would have stays taken. */
function projectStates(
  id: string,
  { states, finish }: AggregatedStates,
  project: (row: Row) => Row,
  { builder }: LoweringContext,
): Lowered {
  builder.skipNames(1);
  const table = states.mapValues((state, key): Row => project(finish(state, key)), { name: id });
  return { kind: 'TABLE', table };
}

function lowerProject(step: ProjectStep, context: LoweringContext): Lowered {
  const { row } = step.input.schema;
  const project = rowProjection(
    step.columns.map(({ expression }) => boundExpression(expression, row, context)),
    context,
  );
  if (step.input.step === 'aggregate' && step.store === undefined) {
    return projectStates(step.id, aggregatedStates(step.input, context), project, context);
  }
  const source = lowerSourceRows(step.input, context);
  if (source !== undefined) {
    const { appendSystemColumns } = source;
    const stream = source.stream.mapValues(
      (value, key, record): Row =>
        value === null ? value : project(appendSystemColumns(value, key, record)),
      { name: step.id },
    );
    return { kind: 'STREAM', stream: step.keyPositions === undefined ? stream : reorderKey(stream, step) };
  }
  const input = lower(step.input, context);
  const map = (row: Row): Row => (row === null ? row : project(row));
  if (input.kind === 'STREAM') {
    const stream = input.stream.mapValues(map, { name: step.id });
    return { kind: 'STREAM', stream: step.keyPositions === undefined ? stream : reorderKey(stream, step) };
  }
  if (step.store === undefined)
    return { kind: 'TABLE', table: input.table.mapValues(map, { name: step.id }) };
  const json: FormatInfo = { format: 'JSON', properties: {}, features: [] };
  const options = {
    name: step.id,
    storeName: step.store,
    keySerde: keySerde(PROJECTED_KEYS, step.schema.key, step.window),
    valueSerde: rowSerde('value', json, formatColumns(step.schema.row)),
  };
  return { kind: 'TABLE', table: input.table.mapValues(map, options) };
}

function lowerPartitionBy(step: PartitionByStep, input: Lowered, context: LoweringContext): Lowered {
  assert(input.kind === 'STREAM', 'only streams are partitioned anew');
  const row = step.input.schema.row;
  const keys = step.keys.map((key) => boundExpression(key, row, context));
  const functions = keys.map((bound) => rowFunction(bound, context));
  const added = keys.map(({ kind }) => kind !== 'Column');
  if (functions.length === 0) {
    return { kind: 'STREAM', stream: input.stream.selectKey(() => null as unknown as Key) };
  }
  const single = functions.length === 1;
  // Of a record without a value there is still the key, and what can be made of it.
  const { keyPlaces } = step;
  const rowOfKey = (key: Key): Row => {
    const values: SqlValue[] = row.map(() => null);
    keyPlaces.forEach((place, index) => {
      values[place] = key === null ? null : ((key as Row)[index] ?? null);
    });
    return values;
  };
  const ofKeyOnly = keys.map((bound) => columnsIn(bound).every(({ index }) => keyPlaces.includes(index)));
  const keysWithoutValue = (known: Row): SqlValue[] =>
    functions.map((evaluate, index) => (ofKeyOnly[index] === true ? evaluate(known) : null));
  const stream = input.stream.map((oldKey, values): readonly [Key, Row] => {
    const key =
      values === null ? keysWithoutValue(rowOfKey(oldKey)) : functions.map((evaluate) => evaluate(values));
    const newKey = (single && key[0] === null ? null : key) as Key;
    if (values === null) return [newKey, values];
    const copies = key.filter((_, index) => added[index] === true);
    return [newKey, copies.length === 0 ? values : [...values, ...copies]];
  });
  return { kind: 'STREAM', stream };
}

/** Picks columns of the key; nothing is repartitioned, since the result goes straight to its topic. */
function reorderKey(stream: KStream<Key, Row>, step: ProjectStep): KStream<Key, Row> {
  const { keyPositions = [] } = step;
  const same = keyPositions.every((position, index) => position === index);
  if (same && keyPositions.length === step.input.schema.key.length) return stream;
  if (keyPositions.length === 0) return stream.selectKey(() => null as unknown as Key);
  return stream.selectKey(
    (key): Key => (key === null ? key : keyPositions.map((position) => (key as Row)[position] ?? null)),
  );
}

/** Results of several table functions are put side by side; the shorter ones are filled up with nulls. */
function lowerFlatMap(step: FlatMapStep, input: Lowered, context: LoweringContext): Lowered {
  assert(input.kind === 'STREAM', 'table functions work on streams');
  const calls = step.calls.map((call) => {
    const { arguments: given, resolved } = boundTableCall(call, step.input.schema.row, context);
    const args = rowProjection(given, context, 'throw');
    const casts = given.map(({ type }, index) => {
      const to = resolved.parameterTypes[index];
      return to === undefined || !isSqlType(to) ? undefined : castArgument(type, to);
    });
    return (values: Row): readonly SqlValue[] => {
      const converted = args(values).map((value, index) => casts[index]?.(value) ?? value);
      return resolved.implementation(...converted);
    };
  });
  const stream = input.stream.flatMapValues<Row>((values) => {
    if (values === null) return [];
    const results = calls.map((call) => callSafely(call, values, context));
    const length = Math.max(...results.map((result) => result.length));
    return Array.from({ length }, (_, at) => [...values, ...results.map((result) => result[at] ?? null)]);
  });
  return { kind: 'STREAM', stream };
}

function boundTableCall(
  { text, call }: PlanTableCall,
  row: readonly PlanColumn[],
  context: LoweringContext,
): BoundTableCall {
  if (call !== undefined) return decodeTableCall(call, text, decodeOptions(row, context));
  const expression = parsePlanText(text);
  assert(expression.kind === 'FunctionCall', 'a table function is a call');
  return tableCallOf(expression, typedRow(row), context.analysis);
}

function isSqlType(type: ArgumentType): type is SqlType {
  return type !== null && type.kind !== 'INTERVAL' && !type.kind.includes('LAMBDA');
}

function callSafely(
  call: (row: Row) => readonly SqlValue[],
  row: Row,
  context: LoweringContext,
): readonly SqlValue[] {
  try {
    return call(row);
  } catch (error) {
    if (mustStop(error)) throw error;
    context.onError?.(error, 'table function', row);
    return [];
  }
}

function lowerSink(step: SinkStep, input: Lowered, context: LoweringContext): Lowered {
  // What follows a sink is told of deletions, too, as are all readers of a topic: see `withTimestamps`.
  const stream = input.kind === 'STREAM' ? input.stream : (input.table.toStream() as KStream<Key, Row>);
  const timed = step.timestamp === undefined ? stream : withTimestamps(step, stream, context);
  timed.to(step.topic, {
    keySerde: topicKeySerde(
      step.formats.key,
      step.schema.key,
      step.window,
      sinkSchemas(step.schemas?.key, context),
    ),
    valueSerde: rowSerde(
      'value',
      step.formats.value,
      formatColumns(step.schema.row),
      sinkSchemas(step.schemas?.value, context),
    ),
  });
  return { kind: 'STREAM', stream: timed };
}

/** The TIMESTAMP property of a sink: the results carry the time of a column. */
function withTimestamps(
  step: SinkStep,
  stream: KStream<Key, Row>,
  context: LoweringContext,
): KStream<Key, Row> {
  const { timestamp } = step;
  assert(timestamp !== undefined, 'the sink has a timestamp column');
  const column = new ColumnTime(timestamp, [...step.schema.row, ...step.schema.key], context);
  const supplier = (): Processor<Key, Row, Key, Row> => {
    let forward: ProcessorContext<Key, Row>;
    return {
      init: (processing) => {
        forward = processing;
      },
      process: (record: StreamRecord<Key, Row>) => {
        if (record.value === null) {
          void forward.forward(record);
          return;
        }
        const key = record.key as Row | null;
        const row = [...record.value, ...(Array.isArray(key) ? key : [])];
        const time = column.of(row);
        if (time < 0) column.reject(row, `a result for ${step.topic}`, 'result');
        else void forward.forward(record.withTimestamp(time));
      },
    };
  };
  return stream.process(supplier);
}
