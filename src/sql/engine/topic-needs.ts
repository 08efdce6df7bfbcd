import type { Statement } from '../../../grammar/ast.ts';
import type { TopicFacts } from '../analysis/session.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { SqlHost } from '../host/host.ts';
import type { TopicNeed } from '../statements/definition.ts';
import { definitionOf } from '../statements/index.ts';

/** What statements must know of the topics that the catalog and they themselves name. */
export async function topicsFor(
  statements: readonly Statement[],
  { catalog, host }: { readonly catalog: Catalog; readonly host: Pick<SqlHost, 'describeTopics'> },
): Promise<ReadonlyMap<string, TopicFacts>> {
  const need = topicNeedOf(statements);
  if (need === 'nothing') return new Map();
  const known = catalog.sources().map(({ topic }) => topic.name);
  const names = new Set([...known, ...statements.flatMap(namedTopics)]);
  return host.describeTopics([...names], { orKnown: need === 'known' });
}

/** What a script must know of the topics: the most that one of its statements must. */
function topicNeedOf(statements: readonly Statement[]): TopicNeed {
  const needs = statements.map((statement) => definitionOf(statement).topicNeed(statement));
  if (needs.includes('current')) return 'current';
  return needs.includes('known') ? 'known' : 'nothing';
}

/** The topics that a statement names in its WITH clause. */
function namedTopics(statement: Statement): readonly string[] {
  if (!('properties' in statement)) return [];
  return statement.properties.flatMap(({ name, value }) =>
    name === 'KAFKA_TOPIC' && value.kind === 'StringLiteral' ? [value.value] : [],
  );
}
