import type { Statement } from '../../../grammar/ast.ts';
import type { DiagnosticError, SourceSpan } from '../../base/errors.ts';
import { statementMessages } from '../messages/statements.ts';
import { refuse } from '../analysis/sql-error.ts';
import type { DirectStatement } from './definition.ts';

/** The definition of a statement that is parsed and not supported yet. */
export function unsupportedStatement(what: string): DirectStatement<Statement, never> {
  return {
    family: 'direct',
    topicNeed: () => 'nothing',
    check({ statement: { span } }) {
      throw unsupported(what, span);
    },
    execute: ({ statement: { span } }) => Promise.reject(unsupported(what, span)),
    entity: () => Promise.resolve(undefined),
  };
}

export function unsupported(what: string, span: SourceSpan): DiagnosticError {
  return refuse(statementMessages.unsupported(what), span);
}
