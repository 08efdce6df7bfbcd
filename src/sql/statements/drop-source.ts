import type { DropSource, SourceKind } from '../../../grammar/ast.ts';
import type { SourceSpan } from '../../base/errors.ts';
import { quoteName } from '../../base/sql-quotes.ts';
import { statementMessages } from '../messages/statements.ts';
import { isReadOnlyTopic } from '../analysis/reserved-topics.ts';
import { subjectsOf } from '../analysis/topic-subjects.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { refuse } from '../analysis/sql-error.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { DataSource } from '../catalog/data-source.ts';
import { ownedSource, PLAN_VERSION, type QueryPlan } from '../physical/steps.ts';
import type { PlanBase, PlannedStatement } from './definition.ts';
import { nothingToDo } from './nothing-to-do.ts';

export interface DropSourcePlan extends PlanBase {
  readonly kind: 'dropSource';
  readonly name: string;
  /** Absent in records of versions 1 and 2. */
  readonly sourceKind?: SourceKind;
  /** The query that wrote the source, and goes with it. */
  readonly terminate: readonly string[];
}

function dropId(name: string, sourceKind: DropSource['sourceKind'] = 'STREAM'): string {
  return `${sourceKind.toLowerCase()}/${quoteName(name)}/drop`;
}

/** DROP STREAM|TABLE. */
export const dropSource: PlannedStatement<DropSource, DropSourcePlan> = {
  family: 'planned',
  planKind: 'dropSource',
  topicNeed: ({ deleteTopic }) => (deleteTopic ? 'current' : 'nothing'),
  plan({ statement, text, context: { catalog, properties, topics }, queries }) {
    const source = catalog.source(statement.name);
    if (source === undefined) {
      if (statement.ifExists)
        return nothingToDo(text, {
          name: statement.name,
          message: `Source ${quoteName(statement.name)} does not exist.`,
          commandId: dropId(statement.name, statement.sourceKind),
        });
      const { message } = statementMessages.sourceMissing(statement.name);
      throw catalog.unknownSource(statement.name, message, statement.nameSpan);
    }
    checkKind(statement, source);
    if (statement.deleteTopic && isReadOnlyTopic(source.topic.name, properties))
      throw refuse(statementMessages.deleteReadOnlyTopic(source.topic.name), statement.nameSpan);
    if (statement.deleteTopic) checkTopicUnused(source, catalog, statement.nameSpan);
    const own = queries.filter((query) => ownedSource(query) === source.name);
    checkUnused(source, catalog, { own, queries });
    return {
      version: PLAN_VERSION,
      text,
      kind: 'dropSource',
      name: source.name,
      sourceKind: source.kind,
      ...(statement.deleteTopic ? { ...deletion(source.topic.name, topics), ...schemaDeletion(source) } : {}),
      terminate: own.map(({ queryId }) => queryId),
    };
  },
  commandId: ({ name, sourceKind }) => dropId(name, sourceKind),
  apply({ name, terminate }, catalog) {
    // Recorded plans are read from outside: one that says too little has left nothing.
    if (!Array.isArray(terminate)) throw new Error('it does not say which queries it ends');
    return catalog.withoutSource(name);
  },
  message: ({ name, deleteTopic }) =>
    `Source ${quoteName(name)} (topic: ${deleteTopic ?? 'kept'}) was dropped.`,
};

/** Every server carries the plan out, also one that comes to it when another has made the topic anew. */
function deletion(
  name: string,
  topics: AnalysisContext['topics'],
): Pick<DropSourcePlan, 'deleteTopic' | 'deleteTopicId'> {
  const facts = topics.get(name);
  if (facts === undefined) return { deleteTopic: name, deleteTopicId: null };
  return { deleteTopic: name, ...(facts.topicId === undefined ? {} : { deleteTopicId: facts.topicId }) };
}

function schemaDeletion(source: DataSource): Pick<DropSourcePlan, 'deleteSubjects'> {
  const subjects = subjectsOf(source);
  return subjects.length === 0 ? {} : { deleteSubjects: subjects };
}

function checkKind({ sourceKind, deleteTopic, nameSpan }: DropSource, source: DataSource): void {
  if (source.kind !== sourceKind) {
    throw refuse(statementMessages.sourceKind(source.kind, source.name, `DROP ${sourceKind}`), nameSpan);
  }
  if (deleteTopic && source.isSource) {
    throw refuse(statementMessages.deleteTopic(source.name), nameSpan);
  }
}

/** The rows of other sources stay. */
function checkTopicUnused({ name, topic }: DataSource, catalog: Catalog, span: SourceSpan): void {
  const others = catalog
    .sources()
    .filter((other) => other.topic.name === topic.name && other.name !== name)
    .map((other) => other.name);
  if (others.length > 0) throw refuse(statementMessages.topicShared(topic.name, others.toSorted()), span);
}

/** No other query may read or write the source. */
function checkUnused(
  source: DataSource,
  catalog: Catalog,
  { own, queries }: { readonly own: readonly QueryPlan[]; readonly queries: readonly QueryPlan[] },
): void {
  const others = queries.filter((query) => !own.includes(query));
  const readers = others.filter(({ sources }) => sources.includes(source.name));
  const writers = others.filter(({ sink }) => sink === source.name);
  const dependents = readers.flatMap((query) => ownedSource(query) ?? []);
  const [dependent] = dependents;
  if (dependent !== undefined) {
    const first = { kind: catalog.source(dependent)?.kind ?? 'STREAM', name: dependent };
    throw refuse(statementMessages.readBySources(source.name, dependents, first));
  }
  if (readers.length === 0 && writers.length === 0) return;
  const { name, kind } = source;
  throw refuse(
    statementMessages.usedByQueries({ name, kind, readers: idsOf(readers), writers: idsOf(writers) }),
  );
}

function idsOf(queries: readonly QueryPlan[]): readonly string[] {
  return queries.map(({ queryId }) => queryId);
}
