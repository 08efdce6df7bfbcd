import { formatOf } from '../../serde/formats.ts';
import type { SchemaRegistryClient } from '../../serde/schemas/registry-client.ts';
import { RegistryError } from '../../serde/schemas/registry-client.ts';
import type { DataSource } from '../catalog/data-source.ts';
import { subjectOf } from './schema-facts.ts';

/** Subjects that the schemas of a source's topic are registered under; none of formats that have no schemas. */
export function subjectsOf({ topic, schema }: Pick<DataSource, 'topic' | 'schema'>): readonly string[] {
  const hasKey = schema.key.length > 0 && formatOf(topic.keyFormat.format).usesSchemaRegistry;
  return [
    ...(hasKey ? [subjectOf(topic.name, 'KEY')] : []),
    ...(formatOf(topic.valueFormat.format).usesSchemaRegistry ? [subjectOf(topic.name, 'VALUE')] : []),
  ];
}

/**
 * Deletes subjects of a topic that was deleted.
 * @returns why those that stay could not be deleted.
 */
export async function deleteSubjects(
  subjects: readonly string[],
  registry: Pick<SchemaRegistryClient, 'deleteSubject'>,
): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const subject of subjects) {
    try {
      await registry.deleteSubject(subject);
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      failures.push(`${subject}: ${error.message}`);
    }
  }
  return failures;
}
