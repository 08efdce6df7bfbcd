import type { CreateSource } from '../../../grammar/ast.ts';
import { parseScript } from '../../../grammar/parse.ts';
import { DiagnosticError } from '../../base/errors.ts';
import type { MemoryRegistry } from './memory-registry.ts';
import { analyzeCreateSource } from '../analysis/create-source.ts';
import { registrationsOf } from '../analysis/written-schemas.ts';
import type { CaseEngine } from './case-engine.ts';
import type { CaseSchema, CaseTopic, TestCase } from './case.ts';

/**
 * Registers the schemas that topics have before the first statement, in the order of ksqlDB's test runner: those with ids
 * first; then those of the statements' topics, by their columns where the case does not say otherwise; then the others.
 */
export function registerSchemas({ topics, statements }: TestCase, engine: CaseEngine): void {
  const { registry } = engine.host;
  for (const topic of topics) {
    for (const side of ['key', 'value'] as const) {
      const schema = schemaOf(topic, side);
      if (schema?.id !== undefined) register(registry, `${topic.name}-${side}`, schema);
    }
  }
  const listed = new Map(topics.map((topic) => [topic.name, topic]));
  const done = new Set<string>();
  for (const statement of sourcesOf(statements)) {
    const topic = topicOf(statement);
    if (topic === undefined || done.has(topic)) continue;
    done.add(topic);
    const own = listed.get(topic);
    if (own !== undefined) registerAll(registry, own);
    else registerColumns(registry, statement, engine);
  }
  for (const topic of topics) if (!done.has(topic.name)) registerAll(registry, topic);
}

/** Registers the schemas that a case lists with its topics. */
export function registerListed(topics: readonly CaseTopic[], { host: { registry } }: CaseEngine): void {
  for (const topic of topics) registerAll(registry, topic);
}

const schemaOf = (topic: CaseTopic, side: 'key' | 'value'): CaseSchema | undefined =>
  side === 'key' ? topic.keySchema : topic.valueSchema;

function registerAll(registry: MemoryRegistry, topic: CaseTopic): void {
  for (const side of ['key', 'value'] as const) {
    const schema = schemaOf(topic, side);
    if (schema !== undefined) register(registry, `${topic.name}-${side}`, schema);
  }
}

/** Cases give no ids to what is referred to; those that they count on begin at 1. */
export const REFERENCES_ID = 1_000;

function register(
  registry: MemoryRegistry,
  subject: string,
  { type, schema, id, references }: CaseSchema,
): void {
  for (const [index, each] of references.entries()) {
    registry.registerNow(each.name, { type, schema: each.schema, references: [] }, REFERENCES_ID + index);
  }
  registry.registerNow(
    subject,
    { type, schema, references: references.map(({ name }) => ({ name, subject: name, version: 1 })) },
    id,
  );
}

/** The statements that declare columns. */
function sourcesOf(statements: readonly string[]): readonly CreateSource[] {
  try {
    return parseScript(statements.join('\n')).flatMap(({ statement }) =>
      'orReplace' in statement && 'columns' in statement && statement.columns.length > 0 ? [statement] : [],
    );
  } catch (error) {
    if (error instanceof DiagnosticError) return [];
    throw error;
  }
}

function topicOf({ properties }: CreateSource): string | undefined {
  const value = properties.find(({ name }) => name === 'KAFKA_TOPIC')?.value;
  return value?.kind === 'StringLiteral' ? value.value : undefined;
}

function registerColumns(registry: MemoryRegistry, statement: CreateSource, engine: CaseEngine): void {
  try {
    const { source } = analyzeCreateSource(statement, '', engine.context);
    for (const { subject, schema } of registrationsOf(source)) registry.registerNow(subject, schema);
  } catch (error) {
    // The statement is refused when it runs.
    if (!(error instanceof DiagnosticError)) throw error;
  }
}
