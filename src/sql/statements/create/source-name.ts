import type { CreateSource, CreateSourceAs } from '../../../../grammar/ast.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { sqlError } from '../../analysis/sql-error.ts';

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
    throw sqlError(
      `Cannot add ${kind} '${statement.name}': CREATE OR REPLACE is not supported on source ${kind}s.`,
    );
  }
  if (existing === undefined || statement.orReplace) return undefined;
  if (statement.ifNotExists) {
    return `Cannot add ${kind} \`${statement.name}\`: A ${existing.kind.toLowerCase()} with the same name already exists.`;
  }
  throw sqlError(
    `Cannot add ${kind} '${statement.name}': A ${existing.kind.toLowerCase()} with the same name already exists`,
    { hint: `CREATE OR REPLACE, or DROP ${existing.kind} ${statement.name}; first` },
  );
}
