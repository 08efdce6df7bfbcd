import type { Expression } from '../../../grammar/ast.ts';
import { assertDefined } from '../../base/assert.ts';
import type { SourceSpan } from '../../base/errors.ts';
import type { AnalyzedQuery } from '../analysis/analyze-query.ts';
import { referenceTo } from '../analysis/column-address.ts';
import type { QuerySources } from '../analysis/query-sources.ts';
import { knownTypeOver } from '../analysis/row-scope.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { columnMessages } from '../messages/columns.ts';
import { expressionMessages } from '../messages/expressions.ts';
import { refuse } from '../analysis/sql-error.ts';
import { isSystemColumn } from '../analysis/system-columns.ts';
import type { JoinKey, RowColumn } from './nodes.ts';

/** A column of the SELECT list, stars spelled out. */
export interface SelectColumn {
  readonly name: string;
  /** Over the row: its columns are resolved. */
  readonly expression: Expression;
  /** With the aliases of sources, for messages and comparisons. */
  readonly qualified: Expression;
  readonly span: SourceSpan;
  readonly fromStar?: true;
}

interface ExpandOptions {
  readonly query: AnalyzedQuery;
  readonly row: readonly RowColumn[];
  readonly context: AnalysisContext;
  readonly joinKey?: JoinKey;
  /** Results that are not kept may hold the bounds of windows. */
  readonly persistent: boolean;
  /** What `*` means, as places in the row, where that is not the columns of the sources. */
  readonly starPlaces?: readonly number[];
}

/** Spells out `*`, `source.*` and `struct->*`. @throws {DiagnosticError} for two columns of one name. */
export function selectColumns(options: ExpandOptions): readonly SelectColumn[] {
  const { query, persistent } = options;
  const columns = query.select.flatMap((item): readonly SelectColumn[] => {
    if ('star' in item) return expandStar(options, item.star.alias, item.span);
    if ('structStar' in item) return expandStruct(options, item.structStar, item.span);
    return [
      {
        name: item.name,
        expression: query.sources.resolve(item.expression),
        qualified: item.expression,
        span: item.span,
      },
    ];
  });
  const names = new Set<string>();
  for (const { name, expression, span, fromStar } of columns) {
    if (persistent && fromStar !== true && isSystemColumn(name)) {
      throw refuse(columnMessages.reservedInSelect(name), span);
    }
    if (names.has(name)) {
      // Over the rows of the sources only plain expressions have types.
      const plain = !query.hasAggregates && !query.hasTableFunctions;
      const type = plain ? knownTypeOver(options.row, expression, options.context) : undefined;
      throw refuse(columnMessages.selectedTwice(name, type), span);
    }
    names.add(name);
  }
  return columns;
}

function expandStar(
  options: ExpandOptions,
  alias: string | undefined,
  span: SourceSpan,
): readonly SelectColumn[] {
  const { sources } = options.query;
  if (alias === undefined && options.starPlaces !== undefined) {
    return options.starPlaces.map((place) => columnAt(options.row, place, span));
  }
  const columns = sources.all
    .filter((bound) => alias === undefined || bound.alias === alias)
    .flatMap((bound) => starOfSource(sources, bound.alias, options.persistent))
    .map(({ source, name }): SelectColumn => {
      const qualified: Expression = { kind: 'ColumnReference', source, name, span };
      return {
        name: sources.starName(source, name),
        expression: sources.resolve(qualified),
        qualified,
        span,
      };
    });
  if (alias !== undefined) return columns;
  const synthetic = options.joinKey?.kind === 'synthetic' ? [options.joinKey.place] : [];
  return [...synthetic.map((place) => columnAt(options.row, place, span)), ...columns];
}

/** A column of a star that keeps the name that it has in the row. */
function columnAt(row: readonly RowColumn[], place: number, span: SourceSpan): SelectColumn {
  const { name } = assertDefined(row[place], 'a star means columns of the row');
  const expression = referenceTo({ place }, name, { span });
  return { name, expression, qualified: expression, span, fromStar: true };
}

function starOfSource(
  sources: QuerySources,
  alias: string,
  persistent: boolean,
): readonly { readonly source: string; readonly name: string }[] {
  const bound = sources.all.find((candidate) => candidate.alias === alias);
  if (bound === undefined) return [];
  const { schema, topic } = bound.source;
  // A join's result has a key of its own: the windows of its sources are columns like others.
  const windowed = topic.keyFormat.window !== undefined && (!persistent || sources.isJoin);
  const names = [
    ...schema.key.map(({ name }) => name),
    ...(windowed ? ['WINDOWSTART', 'WINDOWEND'] : []),
    ...schema.columns.filter(({ namespace }) => namespace !== 'KEY').map(({ name }) => name),
  ];
  return names.map((name) => ({ source: alias, name }));
}

function expandStruct(options: ExpandOptions, struct: Expression, span: SourceSpan): readonly SelectColumn[] {
  const { query, row, context } = options;
  const expression = query.sources.resolve(struct);
  const type = knownTypeOver(row, expression, context);
  if (type.kind !== 'STRUCT') {
    throw refuse(expressionMessages.expansionOfOther(type), span);
  }
  return type.fields.map(({ name }) => ({
    name,
    expression: { kind: 'Dereference', base: expression, field: name, span },
    qualified: { kind: 'Dereference', base: struct, field: name, span },
    span,
  }));
}
