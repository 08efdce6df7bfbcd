import type { Statement } from '../../../grammar/ast.ts';
import type { TopicNeed } from '../statements/definition.ts';
import { definitionOf } from '../statements/index.ts';

/** What a script must know of the topics: the most that one of its statements must. */
export function topicNeedOf(statements: readonly Statement[]): TopicNeed {
  const needs = statements.map((statement) => definitionOf(statement).topicNeed(statement));
  if (needs.includes('current')) return 'current';
  return needs.includes('known') ? 'known' : 'nothing';
}

/** The topics that a statement names in its WITH clause. */
export function namedTopics(statement: Statement): readonly string[] {
  if (!('properties' in statement)) return [];
  return statement.properties.flatMap(({ name, value }) =>
    name === 'KAFKA_TOPIC' && value.kind === 'StringLiteral' ? [value.value] : [],
  );
}
