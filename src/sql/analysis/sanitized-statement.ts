import type { Query, Statement } from '../../../grammar/ast.ts';
import { QuerySources } from './query-sources.ts';
import { bindSelectItems } from './select-items.ts';
import type { AnalysisContext } from './session.ts';

/**
 * A statement as ksqlDB rewrites it before it plans it, and as its errors quote it: columns carry the alias of their
 * source, select items their name, and a query that stays what it emits.
 *
 * @throws {DiagnosticError} where a name cannot be resolved: such a statement is quoted as it was written.
 */
export function sanitizedStatement(statement: Statement, context: AnalysisContext): Statement {
  if (!('query' in statement)) return statement;
  const stays = 'properties' in statement;
  const query = stays ? { emit: 'CHANGES' as const, ...statement.query } : statement.query;
  return { ...statement, query: sanitizedQuery(query, context) };
}

function sanitizedQuery(query: Query, { catalog }: AnalysisContext): Query {
  const sources = new QuerySources(query.from, catalog);
  const bound = bindSelectItems(query.select, sources);
  const select = query.select.map((item, index): Query['select'][number] => {
    const named = bound[index];
    if (named === undefined) return item;
    if ('structStar' in named) return { kind: 'SelectStructAll', struct: named.structStar, span: item.span };
    if ('star' in named) return item;
    return { kind: 'SelectExpression', expression: named.expression, alias: named.name, span: item.span };
  });
  const joins = query.from.joins.map((join) => ({ ...join, on: sources.qualify(join.on) }));
  const grouping = <T extends Query['groupBy'] & object>(clause: T): T => ({
    ...clause,
    expressions: clause.expressions.map((each) => sources.qualify(each)),
  });
  const { where, groupBy, partitionBy, having } = query;
  return {
    ...query,
    select,
    from: { ...query.from, joins },
    ...(where === undefined ? {} : { where: sources.qualify(where) }),
    ...(groupBy === undefined ? {} : { groupBy: grouping(groupBy) }),
    ...(partitionBy === undefined ? {} : { partitionBy: grouping(partitionBy) }),
    ...(having === undefined ? {} : { having: sources.qualify(having) }),
  };
}
