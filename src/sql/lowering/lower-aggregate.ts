import { parsePlanText } from '../physical/plan-text.ts';
import { assert } from '../../base/assert.ts';
import type { FormatColumn } from '../../serde/contract/format.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { Row, SqlValue } from '../../serde/model/sql-value.ts';
import type { KGroupedStream } from '../../streams/builder/kgrouped-stream.ts';
import type { KTable } from '../../streams/builder/ktable.ts';
import { inPlace } from '../../streams/in-place-aggregator.ts';
import type { RecordContext } from '../../streams/record.ts';
import { SessionWindows } from '../../streams/windows/session-windows.ts';
import { TimeWindows } from '../../streams/windows/time-windows.ts';
import { argumentFields, stateFields } from '../analysis/generated-names.ts';
import { defaultGraceMs } from '../analysis/window-lengths.ts';
import type { BoundExpression } from '../bound/nodes.ts';
import { PART_EXPRESSIONS } from '../expressions/code-in-parts.ts';
import { castArgument } from '../expressions/compile.ts';
import { aggregatorOf } from '../logical/aggregate-call.ts';
import { guarded } from './guarded-aggregator.ts';
import type { AggregateWindow, BoundAggregate } from '../logical/nodes.ts';
import { decodeAggregateCall } from '../physical/call-records.ts';
import type { AggregateStep, PlanAggregateCall, PlanColumn } from '../physical/steps.ts';
import {
  type AggregateCode,
  aggregatesInParts,
  type BoundCall,
  compileAggregates,
} from './aggregate-code.ts';
import type { SourceRows } from './lower-source.ts';
import {
  boundExpression,
  decodeOptions,
  type Lowered,
  type LoweringContext,
  rowProjection,
  typedRow,
} from './lowering-context.ts';
import { internalSerde, type Key, keySerde } from './row-serdes.ts';
import { readType } from '../types/read-type.ts';

/** A table of states. The next step makes rows of them as it begins, which saves an operator and a record for each change. */
export interface AggregatedStates {
  readonly states: KTable<Key, Row>;
  /** From a state to the aggregated row: results, bounds of the window, columns of the key. */
  readonly finish: (state: Row, key: Key) => Row;
}

/**
 * Groups and aggregates. Rows are first cut down to the arguments of the calls and the group's key; the state of a group
 * is a row with one state per call.
 */
export function aggregateRows(
  step: AggregateStep,
  input: Lowered,
  context: LoweringContext,
): AggregatedStates {
  const plan = bindAggregate(step, context);
  const { grouped, stored } = aggregateOptions(step, plan);
  if (input.kind === 'TABLE') {
    const states = input.table
      .mapValues((row) => plan.prepare(row))
      .groupBy((_key, row) => [plan.groupKey(row), row] as const, grouped)
      .aggregate(plan.initialize, plan.aggregate, plan.undo, stored);
    return { states, finish: plan.finish };
  }
  const prepared = input.stream.mapValues((row) => (row === null ? row : plan.prepare(row)));
  const groups = step.rekey
    ? prepared.groupBy((_key, row) => (row === null ? null : plan.groupKey(row)) as Key, grouped)
    : prepared.groupByKey(grouped);
  return { states: aggregateStream(step, plan, groups, stored), finish: plan.finish };
}

/**
 * Aggregates rows by the key that they have, right from their source: they get their system columns and are cut down when they are added, so that
 * no operator stands between and no record is made for it.
 */
export function aggregateSourceRows(
  step: AggregateStep,
  { stream, appendSystemColumns }: SourceRows,
  context: LoweringContext,
): AggregatedStates {
  const plan = bindAggregate(step, context);
  const { grouped, stored } = aggregateOptions(step, plan);
  const aggregate: RowAggregator = (key, value, state, record) =>
    plan.aggregate(key, plan.prepare(appendSystemColumns(value, key, record)), state);
  const update: RowAggregator = (key, value, state, record) =>
    plan.update(key, plan.prepare(appendSystemColumns(value, key, record)), state);
  // An aggregation without windows drops records without a value by itself.
  const isWindowed = step.timeWindow !== undefined;
  if (!isWindowed) context.builder.skipNames(1);
  const rows = isWindowed ? stream.filter((_key, value) => value !== null) : stream;
  const states = aggregateStream(step, { ...plan, aggregate, update }, rows.groupByKey(grouped), stored);
  return { states, finish: plan.finish };
}

function aggregateOptions(step: AggregateStep, plan: AggregatePlan) {
  const key = keySerde(step.formats.key, step.schema.key, undefined);
  const state = internalSerde('value', step.formats.value, plan.stateColumns);
  const value = internalSerde('value', step.formats.value, plan.preparedColumns);
  return {
    grouped: { name: 'Aggregate-GroupBy', keySerde: key, valueSerde: value },
    stored: { storeName: step.store, keySerde: key, valueSerde: state },
  };
}

type RowAggregator = (key: Key, value: Row, state: Row, record: RecordContext) => Row;

/** The calls of an aggregation, compiled. */
interface AggregatePlan {
  readonly preparedColumns: readonly FormatColumn[];
  readonly stateColumns: readonly FormatColumn[];
  readonly prepare: (row: Row) => Row;
  readonly groupKey: (prepared: Row) => Key | null;
  readonly initialize: () => Row;
  readonly aggregate: (key: Key, prepared: Row, state: Row) => Row;
  /** See {@link AggregateCode.update}. */
  readonly update: (key: Key, prepared: Row, state: Row) => Row;
  readonly undo: (key: Key, prepared: Row, state: Row) => Row;
  readonly merge: (key: Key, a: Row, b: Row) => Row;
  readonly results: (state: Row) => SqlValue[];
  readonly finish: (state: Row, key: Key) => Row;
}

export function bindAggregate(step: AggregateStep, context: LoweringContext): AggregatePlan {
  const { row } = step.input.schema;
  const inputs: { bound: BoundExpression; type: SqlType }[] = [];
  const calls = step.calls.map((call): BoundCall => {
    const bound = boundAggregate(call, row, context);
    const { aggregator, parameterTypes } = bound.resolved;
    const start = inputs.length;
    bound.inputs.forEach((input, index) => {
      const type = parameterTypes[index];
      assert(type !== undefined, 'every input has a type');
      inputs.push({ bound: input, type });
    });
    return { aggregator: guarded(aggregator, call.text, context), start, count: bound.inputs.length };
  });
  const project = rowProjection(
    [...inputs.map(({ bound }) => bound), ...step.groupBy.map((key) => boundExpression(key, row, context))],
    context,
  );
  const casts = inputs.map(({ bound, type }) => castArgument(bound.type, type));
  const code = aggregateCode(calls, step, context);
  const hasCasts = casts.some((cast) => cast !== undefined);
  return {
    preparedColumns: named(argumentFields, [
      ...inputs.map(({ type }) => type),
      ...step.schema.key.map(({ type }) => readType(type)),
    ]),
    stateColumns: named(
      stateFields,
      calls.map(({ aggregator }) => aggregator.stateType),
    ),
    prepare: (values) => {
      const prepared = project(values);
      if (hasCasts) {
        casts.forEach((cast, index) => {
          if (cast !== undefined) prepared[index] = cast(prepared[index] ?? null);
        });
      }
      return prepared;
    },
    groupKey: (prepared) => {
      const key = prepared.slice(inputs.length);
      return key.includes(null) ? null : key;
    },
    initialize: () => calls.map(({ aggregator }) => aggregator.initialize()),
    aggregate: (_key, prepared, state) => code.aggregate(state, prepared),
    update: (_key, prepared, state) => code.update(state, prepared),
    undo: (_key, prepared, state) =>
      calls.map(({ aggregator, start, count }, index) => {
        assert(aggregator.undo !== undefined, 'a table is only aggregated by what can undo');
        return aggregator.undo(state[index] ?? null, ...prepared.slice(start, start + count));
      }),
    merge: (_key, a, b) =>
      calls.map(({ aggregator }, index) => aggregator.merge(a[index] ?? null, b[index] ?? null)),
    results: code.results,
    finish: code.finish,
  };
}

function aggregateCode(
  calls: readonly BoundCall[],
  step: AggregateStep,
  context: LoweringContext,
): AggregateCode {
  const key = { keyCount: step.schema.key.length, isWindowed: step.timeWindow !== undefined };
  if (calls.length <= PART_EXPRESSIONS) return compileAggregates(calls, key);
  const { make, ...code } = aggregatesInParts(calls, key);
  context.code?.add(make);
  return code;
}

function named(
  fields: (count: number) => readonly string[],
  types: readonly SqlType[],
): readonly FormatColumn[] {
  const names = fields(types.length);
  return types.map((type, index) => ({ name: names[index] ?? '', type }));
}

function boundAggregate(
  { text, call }: PlanAggregateCall,
  row: readonly PlanColumn[],
  context: LoweringContext,
): BoundAggregate {
  if (call !== undefined) return decodeAggregateCall(call, text, decodeOptions(row, context));
  const expression = parsePlanText(text);
  assert(expression.kind === 'FunctionCall', 'an aggregate is a call');
  return aggregatorOf(expression, typedRow(row), context.analysis);
}

function aggregateStream(
  step: AggregateStep,
  plan: Pick<AggregatePlan, 'initialize' | 'merge'> & {
    readonly aggregate: RowAggregator;
    readonly update: RowAggregator;
  },
  groups: KGroupedStream<Key, Row>,
  stored: { readonly storeName: string },
): KTable<Key, Row> {
  const window = step.timeWindow;
  const update = inPlace(plan.update, (state) => state.slice());
  if (window === undefined) return groups.aggregate(plan.initialize, update, stored);
  const options = window.retentionMs === undefined ? stored : { ...stored, retentionMs: window.retentionMs };
  const emit = step.emitFinal ? 'on-window-close' : 'on-window-update';
  if (window.kind === 'SESSION') {
    const sessions = groups.windowedBy(sessionWindows(window, step.emitFinal)).emitStrategy(emit);
    return sessions.aggregate(plan.initialize, plan.aggregate, plan.merge, options) as unknown as KTable<
      Key,
      Row
    >;
  }
  const windows = groups.windowedBy(timeWindows(window, step.emitFinal)).emitStrategy(emit);
  return windows.aggregate(plan.initialize, update, options) as unknown as KTable<Key, Row>;
}

function timeWindows(window: Exclude<AggregateWindow, { kind: 'SESSION' }>, emitFinal: boolean): TimeWindows {
  const gracePeriodMs = window.graceMs ?? defaultGraceMs(window.sizeMs, { emitFinal });
  const tumbling = TimeWindows.ofSizeAndGrace({ sizeMs: window.sizeMs, gracePeriodMs });
  return window.kind === 'HOPPING' ? tumbling.advanceBy(window.advanceMs) : tumbling;
}

function sessionWindows(window: AggregateWindow & { kind: 'SESSION' }, emitFinal: boolean): SessionWindows {
  const gracePeriodMs = window.graceMs ?? defaultGraceMs(window.gapMs, { emitFinal });
  return SessionWindows.ofInactivityGapAndGrace({ inactivityGapMs: window.gapMs, gracePeriodMs });
}
