import { quoteName } from '../../../base/sql-quotes.ts';
import type { CreateSource, CreateSourceAs } from '../../../../grammar/ast.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { statementMessages } from '../../messages/statements.ts';
import { refuse } from '../../analysis/sql-error.ts';

/**
 * The name of a new source must be free, unless the statement says otherwise.
 * @returns what to answer where the name is taken and IF NOT EXISTS asks for nothing more.
 * @throws {DiagnosticError} where it is taken.
 */
export function checkSourceName(
  statement: CreateSource | CreateSourceAs,
  catalog: Catalog,
): string | undefined {
  const existing = catalog.source(statement.name);
  const kind = statement.sourceKind.toLowerCase();
  const isSource = statement.kind === 'CreateSource' && statement.isSource;
  if (statement.orReplace && (isSource || existing?.isSource === true)) {
    throw refuse(statementMessages.replaceSource(statement.sourceKind, statement.name));
  }
  if (existing === undefined) return undefined;
  // Where a statement says both, nothing is replaced.
  if (statement.ifNotExists) {
    return `Cannot add ${kind} ${quoteName(statement.name)}: A ${existing.kind.toLowerCase()} with the same name already exists.`;
  }
  if (statement.orReplace) return undefined;
  const { sourceKind, name } = statement;
  throw refuse(statementMessages.nameTaken({ kind: sourceKind, name, takenBy: existing.kind }));
}
