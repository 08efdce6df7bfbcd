import type { Statement } from '../../../grammar/ast.ts';
import { definitionOf } from '../../sql/statements/index.ts';
import type { Access } from './principal.ts';

/** Statements that reach beyond streams, tables and queries. */
const ADMIN: ReadonlySet<string> = new Set(['AlterSystem', 'RunScript']);
/** Statements that write although they are answered at once. */
const WRITING: ReadonlySet<string> = new Set(['InsertValues']);

/** What a statement does. */
export function statementAccess(statement: Statement): Access {
  if (ADMIN.has(statement.kind)) return 'admin';
  const { family } = definitionOf(statement);
  const changes = family === 'planned' || family === 'control' || WRITING.has(statement.kind);
  return changes ? 'write' : 'read';
}
