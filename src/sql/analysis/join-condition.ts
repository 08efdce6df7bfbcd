import type { Expression, JoinedSource, JoinType, WithinClause } from '../../../grammar/ast.ts';
import { formatExpression } from '../../../grammar/printer/expressions.ts';
import { columnsOf } from '../../../grammar/traverse.ts';
import type { SourceSpan } from '../../base/errors.ts';
import type { BoundSource, QuerySources } from './query-sources.ts';
import { columnMessages } from '../messages/columns.ts';
import { joinMessages } from '../messages/joins.ts';
import { refuse } from './sql-error.ts';

/** A join, its condition sorted by side. Expressions are qualified. */
export interface BoundJoin {
  readonly type: JoinType;
  readonly right: BoundSource;
  readonly leftExpression: Expression;
  readonly rightExpression: Expression;
  /** Alias of the source that the left expression is about. */
  readonly leftAlias: string;
  /** The condition was written with the joined source on its left. */
  readonly flipped: boolean;
  readonly within?: WithinClause;
  /** Of the condition, and of the JOIN clause. */
  readonly onSpan: SourceSpan;
  readonly span: SourceSpan;
}

/**
 * Reads an ON clause: one equality, one side about the joined source and the other about one of those before it.
 * @param joined aliases of the sources before this one.
 */
export function bindJoin(join: JoinedSource, joined: readonly string[], sources: QuerySources): BoundJoin {
  const condition = sources.qualify(join.on);
  const text = formatExpression(condition);
  if (condition.kind === 'Logical') {
    throw refuse(joinMessages.severalConditions(text), join.on.span);
  }
  if (condition.kind !== 'Comparison' || condition.operator !== '=') {
    throw refuse(joinMessages.noEquality(), join.on.span);
  }
  const left = sideOf(condition.left, text);
  const right = sideOf(condition.right, text);
  const alias = join.source.alias;
  if (left === right) {
    throw refuse(joinMessages.sameSide(left, right), join.on.span);
  }
  const flipped = left === alias;
  if (!flipped && right !== alias) {
    throw refuse(joinMessages.withoutJoined({ joined: alias, left, right }), join.on.span);
  }
  const leftAlias = flipped ? right : left;
  if (!joined.includes(leftAlias)) {
    throw refuse(columnMessages.unknownSource(leftAlias, undefined), join.on.span);
  }
  return {
    type: join.type,
    right: sources.byAlias(alias, join.source.span),
    leftExpression: flipped ? condition.right : condition.left,
    rightExpression: flipped ? condition.left : condition.right,
    leftAlias,
    flipped,
    onSpan: join.on.span,
    span: join.span,
    ...(join.within === undefined ? {} : { within: join.within }),
  };
}

function sideOf(expression: Expression, condition: string): string {
  const aliases = new Set(columnsOf(expression).map(({ source }) => source));
  const [only] = aliases;
  if (aliases.size === 1 && only !== undefined) return only;
  throw refuse(joinMessages.sideWithoutSource(formatExpression(expression), condition), expression.span);
}
