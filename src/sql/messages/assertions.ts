import type { RefusalFamily } from '../../base/errors.ts';

/** A schema as assertions name it: by subject, id or both. */
export interface AssertedSchema {
  readonly subject?: string;
  readonly id?: number;
}

const schemaText = ({ subject, id }: AssertedSchema): string =>
  `Schema with${subject === undefined ? '' : ` subject name ${subject}`}${id === undefined ? '' : ` id ${id}`}`;

/** ASSERT TOPIC and ASSERT SCHEMA: what they find not to be so, in ksqlDB's words. */
export const assertionMessages = {
  topicMissing: (name: string) => ({ message: `Topic ${name} does not exist` }),
  topicThere: (name: string) => ({ message: `Topic ${name} exists` }),
  /** One line for each property. */
  topicDiffers: (problems: readonly string[]) => ({ message: problems.join('\n') }),
  schemaMissing: (schema: AssertedSchema) => ({ message: `${schemaText(schema)} does not exist` }),
  schemaThere: (schema: AssertedSchema) => ({ message: `${schemaText(schema)} exists` }),
  schemaUnknown: (reason: string) => ({ message: `Cannot check schema existence: ${reason}` }),
  /** Misspelt as in ksqlDB. */
  schemaUnnamed: () => ({ message: 'ASSERT SCHEMA statements much include a subject name or an id' }),
} satisfies RefusalFamily;

/** What is wrong with a property of a topic that an assertion names. */
export const topicPropertyProblems = {
  differs: (
    topic: string,
    property: string,
    values: { readonly expected: string; readonly actual: number },
  ) =>
    `Mismatched configuration for topic ${topic}: For config ${property}, expected ${values.expected} got ${values.actual}`,
  unknown: (name: string) => `Cannot assert unknown topic property: ${name}`,
};
