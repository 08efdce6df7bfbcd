import { parsePlanText } from '../physical/plan-text.ts';
import type { Row } from '../../serde/model/sql-value.ts';
import type { StreamsBuilder } from '../../streams/builder/streams-builder.ts';
import type { KStream } from '../../streams/builder/kstream.ts';
import type { KTable } from '../../streams/builder/ktable.ts';
import { compileExpression, compilePredicate, compileProjection } from '../expressions/compile.ts';
import type { CompileOptions, Evaluate, Project, Test } from '../expressions/compiled.ts';
import { bindConditionOver, bindOver } from '../analysis/row-scope.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { recordTimeOf } from '../analysis/system-columns.ts';
import { BOOLEAN } from '../../serde/model/sql-type.ts';
import type { BoundExpression } from '../bound/nodes.ts';
import { decodeExpression } from '../bound/record/decode.ts';
import { type DecodeOptions, ofType } from '../bound/record/decoder.ts';
import type { RowColumn } from '../logical/nodes.ts';
import type { PlanColumn, PlanExpression } from '../physical/steps.ts';
import { readType } from '../types/read-type.ts';
import type { QuerySchemas } from './query-schemas.ts';
import type { PendingCode } from './pending-code.ts';
import type { Key } from './row-serdes.ts';

/** What lowering needs beside the plan. */
export interface LoweringContext {
  readonly builder: StreamsBuilder;
  readonly analysis: AnalysisContext;
  /** What is known of the schema registry; absent where a topology is only looked at. */
  readonly schemas?: QuerySchemas;
  /** Called for each expression that could not be evaluated and became null, or dropped its row. */
  readonly onError?: (error: unknown, expressionText: string, row?: Row) => void;
  /** Called for each row without a time, which is dropped. */
  readonly onUntimed?: (error: unknown, of: TimedRow) => void;
  /** What is lowered stands below a join. */
  readonly isJoinSide?: boolean;
  /** Takes the code that is made piece by piece. Where it is absent, such code is made when the first row comes. */
  readonly code?: PendingCode;
}

/** What a TIMESTAMP column gives a time to: the records that a query reads, or those that it writes. */
export type TimedRow = 'source' | 'result';

/** What a step becomes: rows keyed by rows. A value is null where the record has none. */
export type Lowered =
  | { readonly kind: 'STREAM'; readonly stream: KStream<Key, Row> }
  | { readonly kind: 'TABLE'; readonly table: KTable<Key, Row> };

/** What an expression of a plan means over a row. */
export function boundExpression(
  { text, tree }: PlanExpression,
  row: readonly PlanColumn[],
  context: LoweringContext,
): BoundExpression {
  if (tree === undefined) return bindOver(typedRow(row), parsePlanText(text), context.analysis);
  return decodeExpression(tree, text, decodeOptions(row, context));
}

/** As {@link boundExpression}, of a condition. */
export function boundCondition(
  condition: PlanExpression,
  row: readonly PlanColumn[],
  context: LoweringContext,
): BoundExpression {
  const { text, tree } = condition;
  if (tree === undefined) return bindConditionOver(typedRow(row), parsePlanText(text), context.analysis);
  return ofType(BOOLEAN, boundExpression(condition, row, context));
}

/** What the records of a plan are read over. */
export function decodeOptions(row: readonly PlanColumn[], { analysis }: LoweringContext): DecodeOptions {
  return { row: typedRow(row), functions: analysis.functions, config: analysis.properties };
}

/** A row is asked for by each of its expressions. */
const typedRows = new WeakMap<readonly PlanColumn[], readonly RowColumn[]>();

/** The columns of a plan's row with their types; the same ones whenever they are asked for. */
export function typedRow(row: readonly PlanColumn[]): readonly RowColumn[] {
  let typed = typedRows.get(row);
  if (typed === undefined) {
    typed = withTimes(row.map(({ name, type }) => ({ name, type: readType(type) })));
    typedRows.set(row, typed);
  }
  return typed;
}

/** The columns, and which of them are times of records: for expressions that are recorded as texts. */
function withTimes(row: readonly RowColumn[]): readonly RowColumn[] {
  const names = new Set(row.map(({ name }) => name));
  return row.map((column) => {
    const system = recordTimeOf(column.name, (name) => names.has(name));
    return system === undefined ? column : { ...column, system };
  });
}

function optionsOf({ onError }: LoweringContext): CompileOptions {
  return onError === undefined ? {} : { onError };
}

export function rowFunction(bound: BoundExpression, context: LoweringContext): Evaluate {
  return compileExpression(bound, optionsOf(context)).evaluate;
}

export function rowTest(bound: BoundExpression, context: LoweringContext): Test {
  return compilePredicate(bound, optionsOf(context));
}

export function rowProjection(
  columns: readonly BoundExpression[],
  context: LoweringContext,
  failures: 'null' | 'throw' = 'null',
): Project {
  const { project, make } = compileProjection(columns, { ...optionsOf(context), failures });
  if (make !== undefined) context.code?.add(make);
  return project;
}
