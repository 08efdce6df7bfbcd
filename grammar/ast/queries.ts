import type { Expression } from './expressions.ts';
import type { Node, SourceSpan } from './node.ts';
import type { Duration } from './types.ts';

export interface SelectExpression extends Node {
  readonly kind: 'SelectExpression';
  readonly expression: Expression;
  readonly alias?: string;
}
/** `*` or `source.*`. */
export interface SelectAll extends Node {
  readonly kind: 'SelectAll';
  readonly source?: string;
}
/** `structExpression->*`. */
export interface SelectStructAll extends Node {
  readonly kind: 'SelectStructAll';
  readonly struct: Expression;
}
export type SelectItem = SelectExpression | SelectAll | SelectStructAll;

export interface TumblingWindow extends Node {
  readonly kind: 'TumblingWindow';
  readonly size: Duration;
  readonly retention?: Duration;
  readonly grace?: Duration;
}
export interface HoppingWindow extends Node {
  readonly kind: 'HoppingWindow';
  readonly size: Duration;
  readonly advance: Duration;
  readonly retention?: Duration;
  readonly grace?: Duration;
}
export interface SessionWindow extends Node {
  readonly kind: 'SessionWindow';
  readonly gap: Duration;
  readonly retention?: Duration;
  readonly grace?: Duration;
}
export type WindowClause = TumblingWindow | HoppingWindow | SessionWindow;

/** A source with its alias; the alias is the source's name where none was given. */
export interface AliasedSource extends Node {
  readonly kind: 'AliasedSource';
  readonly name: string;
  readonly alias: string;
  /** Where the name alone stands, for errors about it. */
  readonly nameSpan: SourceSpan;
}
/** `WITHIN 1 HOUR` or `WITHIN (1 HOUR, 2 HOURS) [GRACE PERIOD 1 MINUTE]`. */
export interface WithinClause extends Node {
  readonly kind: 'WithinClause';
  readonly before: Duration;
  readonly after: Duration;
  readonly grace?: Duration;
}
export type JoinType = 'INNER' | 'LEFT' | 'RIGHT' | 'OUTER';
export interface JoinedSource extends Node {
  readonly kind: 'JoinedSource';
  readonly type: JoinType;
  readonly source: AliasedSource;
  readonly within?: WithinClause;
  readonly on: Expression;
}
/** The FROM clause: a source and, in written order, what is joined to it. */
export interface FromClause extends Node {
  readonly kind: 'FromClause';
  readonly source: AliasedSource;
  readonly joins: readonly JoinedSource[];
}
/** GROUP BY or PARTITION BY with its expressions; `()` gives none. */
export interface GroupingClause extends Node {
  readonly kind: 'GroupBy' | 'PartitionBy';
  readonly expressions: readonly Expression[];
}
export type EmitMode = 'CHANGES' | 'FINAL';

export interface Query extends Node {
  readonly kind: 'Query';
  readonly select: readonly SelectItem[];
  readonly from: FromClause;
  readonly window?: WindowClause;
  readonly where?: Expression;
  readonly groupBy?: GroupingClause;
  readonly partitionBy?: GroupingClause;
  readonly having?: Expression;
  /** Absent where no EMIT clause was written. */
  readonly emit?: EmitMode;
  /** Where the EMIT clause stands, if there is one. */
  readonly emitSpan?: SourceSpan;
  readonly limit?: number;
}
