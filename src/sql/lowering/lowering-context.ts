import { parseExpression } from '../../../grammar/parse.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { Row, SqlValue } from '../../serde/model/sql-value.ts';
import type { StreamsBuilder } from '../../streams/builder/streams-builder.ts';
import type { KStream } from '../../streams/builder/kstream.ts';
import type { KTable } from '../../streams/builder/ktable.ts';
import { compileExpression, compilePredicate, compileProjection } from '../expressions/compile.ts';
import type { ExpressionOptions, RecordFields } from '../expressions/scope.ts';
import { rowScope } from '../analysis/row-scope.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import type { PlanColumn } from '../physical/steps.ts';
import { type Key, typeOfText } from './row-serdes.ts';

/** What lowering needs beside the plan. */
export interface LoweringContext {
  readonly builder: StreamsBuilder;
  readonly analysis: AnalysisContext;
  /** Called for each expression that could not be evaluated and became null, or dropped its row. */
  readonly onError?: (error: unknown, expressionText: string) => void;
}

/** What a step becomes: rows keyed by rows. A value is null where the record has none. */
export type Lowered =
  | { readonly kind: 'STREAM'; readonly stream: KStream<Key, Row> }
  | { readonly kind: 'TABLE'; readonly table: KTable<Key, Row> };

/** Expressions read one row that holds everything. */
const noKey: Row = Object.freeze([]);
const noRecord: RecordFields = Object.freeze({});

type RowFunction = (row: Row) => SqlValue;
export type RowTest = (row: Row) => boolean;
type RowProjection = (row: Row) => SqlValue[];

function optionsOver(row: readonly PlanColumn[], context: LoweringContext): ExpressionOptions {
  const { analysis, onError } = context;
  return {
    scope: rowScope(
      row.map(({ name, type }) => ({ name, type: typeOfText(type) })),
      analysis,
    ),
    functions: analysis.functions,
    config: analysis.properties,
    ...(onError === undefined ? {} : { onError }),
  };
}

export function rowFunction(
  text: string,
  row: readonly PlanColumn[],
  context: LoweringContext,
): { readonly type: SqlType | null; readonly evaluate: RowFunction } {
  const { type, evaluate } = compileExpression(parseExpression(text), optionsOver(row, context));
  return { type, evaluate: (values) => evaluate(values, noKey, noRecord) };
}

export function rowTest(text: string, row: readonly PlanColumn[], context: LoweringContext): RowTest {
  const test = compilePredicate(parseExpression(text), optionsOver(row, context));
  return (values) => test(values, noKey, noRecord);
}

export function rowProjection(
  texts: readonly string[],
  row: readonly PlanColumn[],
  context: LoweringContext,
  failures: 'null' | 'throw' = 'null',
): { readonly types: readonly (SqlType | null)[]; readonly project: RowProjection } {
  const { types, project } = compileProjection(
    texts.map((text) => parseExpression(text)),
    { ...optionsOver(row, context), failures },
  );
  return { types, project: (values) => project(values, noKey, noRecord) };
}
