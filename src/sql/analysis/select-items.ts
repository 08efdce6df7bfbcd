import type { Expression, SelectItem } from '../../../grammar/ast.ts';
import { walkExpression } from '../../../grammar/traverse.ts';
import type { SourceSpan } from '../../base/errors.ts';
import { isSystemColumn } from './system-columns.ts';
import type { QuerySources } from './query-sources.ts';
import { expressionNames, qualifiedName } from './generated-names.ts';
import { columnMessages } from '../messages/columns.ts';
import { refuse } from './sql-error.ts';

/** One column of a result: its name, and the expression with qualified columns. */
interface BoundSelect {
  readonly name: string;
  readonly expression: Expression;
  readonly span: SourceSpan;
  /** It came from a star. */
  readonly fromStar?: true;
}

/** A star that waits for the plan: which columns it means is known when the sources are joined. */
interface BoundStar {
  readonly star: { readonly alias?: string };
  readonly span: SourceSpan;
}

/** `struct->*`: waits for the type of the struct. */
interface BoundStructStar {
  readonly structStar: Expression;
  readonly span: SourceSpan;
}

export type BoundItem = BoundSelect | BoundStar | BoundStructStar;

/** Qualifies the SELECT list and names its columns. @throws {DiagnosticError} for reserved names and unknown sources. */
export function bindSelectItems(items: readonly SelectItem[], sources: QuerySources): readonly BoundItem[] {
  const nameOf = expressionNames(sources.columnNames());
  return items.map((item): BoundItem => {
    switch (item.kind) {
      case 'SelectAll':
        if (item.source !== undefined) sources.byAlias(item.source, item.span);
        return { star: item.source === undefined ? {} : { alias: item.source }, span: item.span };
      case 'SelectStructAll':
        return { structStar: sources.qualify(item.struct), span: item.span };
      case 'SelectExpression': {
        const expression = sources.qualify(item.expression);
        const name = item.alias ?? defaultName(expression, sources, nameOf);
        checkName(name, item.alias, item);
        return { name, expression, span: item.span };
      }
    }
  });
}

function defaultName(
  expression: Expression,
  sources: QuerySources,
  nameOf: (expression: Expression) => string,
): string {
  if (expression.kind === 'ColumnReference') {
    return expression.source !== undefined && sources.isClashing(expression.name)
      ? qualifiedName(expression.source, expression.name)
      : expression.name;
  }
  return nameOf(expression);
}

function checkName(name: string, alias: string | undefined, item: SelectItem): void {
  // The bounds of a window may be selected under their own names: it is for the plan to say where they exist.
  if (!isSystemColumn(name)) return;
  if (alias !== undefined) {
    throw refuse(columnMessages.reservedAlias(name), item.span);
  }
}

/** All calls of functions of some kind inside an expression, outermost first. */
export function callsIn(
  expression: Expression,
  isWanted: (name: string) => boolean,
): readonly (Expression & { kind: 'FunctionCall' })[] {
  const found: (Expression & { kind: 'FunctionCall' })[] = [];
  walkExpression(expression, (part) => {
    if (part.kind === 'FunctionCall' && isWanted(part.name)) found.push(part);
  });
  return found;
}
