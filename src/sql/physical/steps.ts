import type { JoinType } from '../../../grammar/ast.ts';
import type { WrittenSchemas } from '../analysis/written-schemas.ts';
import type { ExpressionRecord } from '../bound/record/expression-record.ts';
import type { FormatInfo, KeyFormatInfo, TimestampColumn, WindowInfo } from '../catalog/data-source.ts';
import type { UserFunctionRecord } from '../functions/user/function-record.ts';
import type { AggregateWindow, JoinWindow, KeyCopy } from '../logical/nodes.ts';
import type { AggregateCallRecord, TableCallRecord } from './call-records.ts';
import type { QueryId } from './query-id.ts';

/**
 * The physical plan: what is run, as JSON, so that a plan that was written down can be read by later versions; the shape
 * carries a version of its own. Types are SQL text, expressions are bound trees.
 */
export const PLAN_VERSION = 4;

/** An expression over the row of a step's input. */
export interface PlanExpression {
  /** For display, and how failures are told of. */
  readonly text: string;
  /** Absent in plans of the versions 1 and 2: the text is bound. */
  readonly tree?: ExpressionRecord;
}

/** A call of an aggregate function, and the column of its state. */
export interface PlanAggregateCall {
  readonly name: string;
  readonly text: string;
  /** Absent in plans of the versions 1 and 2. */
  readonly call?: AggregateCallRecord;
}

/** A call of a table function, and the column that it adds. */
export interface PlanTableCall {
  readonly name: string;
  readonly text: string;
  /** Absent in plans of the versions 1 and 2. */
  readonly call?: TableCallRecord;
}

export interface PlanColumn {
  readonly name: string;
  readonly type: string;
}

export interface PlanSchema {
  readonly key: readonly PlanColumn[];
  readonly row: readonly PlanColumn[];
}

interface Formats {
  readonly key: KeyFormatInfo;
  readonly value: FormatInfo;
}

interface StepBase {
  readonly id: string;
  readonly output: 'STREAM' | 'TABLE';
  readonly schema: PlanSchema;
  readonly window?: WindowInfo;
}

export interface SourceStep extends StepBase {
  readonly step: 'source';
  readonly source: string;
  readonly alias: string;
  readonly topic: string;
  readonly formats: Formats;
  /** What the key's bytes hold. */
  readonly keyColumns: readonly PlanColumn[];
  /** What the value's bytes hold. */
  readonly valueColumns: readonly PlanColumn[];
  /** Places of those that no step reads: they are checked, and null in the rows. */
  readonly unread?: readonly number[];
  /** Columns from headers: all of them, or the last one of a key. */
  readonly headers: readonly { readonly key?: string }[];
  readonly timestamp?: TimestampColumn;
  /** Of a table: the store that its rows are kept in. */
  readonly store?: string;
}

export interface FilterStep extends StepBase {
  readonly step: 'filter';
  readonly input: Step;
  readonly predicate: PlanExpression;
}

export interface ProjectStep extends StepBase {
  readonly step: 'project';
  readonly input: Step;
  /** Which columns of the input's key make the new one; absent: all, in their order. */
  readonly keyPositions?: readonly number[];
  /** Of a transient query: what each column repeats of the key. */
  readonly keyCopies?: readonly KeyCopy[];
  /** Of a table that nothing before keeps: the store that its rows are kept in, for pull queries. */
  readonly store?: string;
  readonly columns: readonly { readonly name: string; readonly expression: PlanExpression }[];
}

export interface FlatMapStep extends StepBase {
  readonly step: 'flatMap';
  readonly input: Step;
  readonly calls: readonly PlanTableCall[];
}

export interface PartitionByStep extends StepBase {
  readonly step: 'partitionBy';
  readonly input: Step;
  /** The places of the input's key in the input's row: what is left of a record without a value. */
  readonly keyPlaces: readonly number[];
  readonly keys: readonly PlanExpression[];
}

/** Brings a side of a join under the key of the join. */
export interface KeyByStep extends StepBase {
  readonly step: 'keyBy';
  readonly input: Step;
  /** Absent: the key stays, only its bytes change. */
  readonly key?: PlanExpression;
  readonly formats: Formats;
}

export interface AggregateStep extends StepBase {
  readonly step: 'aggregate';
  readonly input: Step;
  readonly groupBy: readonly PlanExpression[];
  /** False: rows have the group's key already. */
  readonly rekey: boolean;
  readonly calls: readonly PlanAggregateCall[];
  readonly timeWindow?: AggregateWindow;
  readonly emitFinal: boolean;
  readonly formats: Formats;
  readonly store: string;
}

export interface JoinStep extends StepBase {
  readonly step: 'join';
  readonly kind: 'stream-stream' | 'stream-table' | 'table-table' | 'foreign-key';
  readonly type: JoinType;
  readonly left: Step;
  readonly right: Step;
  readonly within?: JoinWindow;
  /** The key is a column of the row as well. */
  readonly keyInRow: boolean;
  /** What the left row holds of the right table's key. */
  readonly foreignKey?: PlanExpression;
  readonly formats: { readonly key: KeyFormatInfo; readonly left: FormatInfo; readonly right: FormatInfo };
}

export interface SinkStep extends StepBase {
  readonly step: 'sink';
  readonly input: Step;
  readonly topic: string;
  readonly formats: Formats;
  /** What its records are written with, of formats that use a schema registry. */
  readonly schemas?: WrittenSchemas;
  readonly timestamp?: TimestampColumn;
}

export type Step =
  | SourceStep
  | FilterStep
  | ProjectStep
  | FlatMapStep
  | PartitionByStep
  | KeyByStep
  | AggregateStep
  | JoinStep
  | SinkStep;

/** What a query is there for: the statement that it runs for, or, `transient`, somebody who looks at its rows. */
export type QueryPurpose = 'createAs' | 'insertInto' | 'sourceTable' | 'transient';

/** A query as it is run and recorded. */
export interface QueryPlan {
  readonly version: number;
  readonly queryId: QueryId;
  readonly purpose: QueryPurpose;
  /** Names of the sources that it reads. */
  readonly sources: readonly string[];
  /** Name of the source that it writes; absent for a query that is only looked at. */
  readonly sink?: string;
  /** Records without a key are not shown; of queries that are only looked at. */
  readonly needsKey?: true;
  /** Its topic is read once for all queries of this kind that read it; of queries that are only looked at. */
  readonly isShared?: true;
  /** The functions of CREATE FUNCTION that it calls, as they were when it was planned; absent: none. */
  readonly functions?: readonly UserFunctionRecord[];
  readonly root: Step;
}

/** The source that stands and falls with a query: the result of CREATE … AS, the table of CREATE SOURCE TABLE. */
export function ownedSource({ purpose, sink, sources }: QueryPlan): string | undefined {
  switch (purpose) {
    case 'createAs':
      return sink;
    case 'sourceTable':
      return sources[0];
    case 'insertInto':
    case 'transient':
      return undefined;
  }
}

/** The steps that a step reads from. */
export function inputsOf(step: Step): readonly Step[] {
  switch (step.step) {
    case 'source':
      return [];
    case 'join':
      return [step.left, step.right];
    default:
      return [step.input];
  }
}

export function sourceSteps(step: Step): readonly SourceStep[] {
  return step.step === 'source' ? [step] : inputsOf(step).flatMap(sourceSteps);
}
