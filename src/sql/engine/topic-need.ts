import type { Statement } from '../../../grammar/ast.ts';

/**
 * What a statement must know of the topics of the catalog: nothing; what is known, so that it is answered although the
 * cluster does not answer; or how they are now, because what it decides is recorded or run.
 */
export type TopicNeed = 'nothing' | 'known' | 'current';

export function topicNeedOf(statements: readonly Statement[]): TopicNeed {
  const needs = statements.map(needOf);
  if (needs.includes('current')) return 'current';
  return needs.includes('known') ? 'known' : 'nothing';
}

function needOf(statement: Statement): TopicNeed {
  switch (statement.kind) {
    case 'CreateSource':
    case 'CreateSourceAs':
    case 'InsertInto':
      return 'current';
    case 'QueryStatement':
      // A pull query reads the state of a query of this process.
      return statement.query.emit === undefined ? 'nothing' : 'current';
    case 'Explain':
      return 'known';
    case 'Describe':
      return statement.subject === 'FUNCTION' ? 'nothing' : 'known';
    case 'Show':
      return statement.extended ? 'known' : 'nothing';
    default:
      return 'nothing';
  }
}
