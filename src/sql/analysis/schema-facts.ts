import type { RegisteredSchema } from '../../serde/schemas/registered-schema.ts';

/** What was asked of the schema registry for a statement, before it is planned: undefined for what is not there. */
export interface SchemaFacts {
  /** The newest schema of subjects. */
  readonly subjects: ReadonlyMap<string, RegisteredSchema | undefined>;
  readonly ids: ReadonlyMap<number, RegisteredSchema | undefined>;
}

export const noSchemaFacts: SchemaFacts = { subjects: new Map(), ids: new Map() };

/** The subject of a side of a topic's records (Confluent's TopicNameStrategy). */
export function subjectOf(topic: string, side: 'KEY' | 'VALUE'): string {
  return `${topic}-${side === 'KEY' ? 'key' : 'value'}`;
}
