import type { AssertSchema } from '../../../grammar/ast.ts';
import { RegistryError, type SchemaRegistryClient } from '../../serde/schemas/registry-client.ts';
import { refuse } from '../analysis/sql-error.ts';
import { entityOf } from '../entities/statement-entity.ts';
import { type AssertedSchema, assertionMessages } from '../messages/assertions.ts';
import { untilHolds } from './assertion.ts';
import type { DirectStatement } from './definition.ts';

type AssertSchemaResult = {
  readonly kind: 'assertedSchema';
  readonly text: string;
  readonly schema: AssertedSchema;
  readonly exists: boolean;
};

/** ASSERT [NOT EXISTS] SCHEMA. */
export const assertSchema: DirectStatement<AssertSchema, AssertSchemaResult> = {
  family: 'direct',
  isAssertion: true,
  topicNeed: () => 'nothing',
  check({ statement: { subject, id, span } }) {
    if (subject === undefined && id === undefined) throw refuse(assertionMessages.schemaUnnamed(), span);
  },
  async execute({ statement, text, host: { registry }, ...rest }) {
    const { exists, timeout } = statement;
    const schema = schemaOf(statement);
    const look = async (): Promise<void> => {
      if ((await isThere(schema, registry)) === exists) return;
      throw refuse(exists ? assertionMessages.schemaMissing(schema) : assertionMessages.schemaThere(schema));
    };
    await untilHolds(look, { timeout, defaultProperty: 'ksql.assert.schema.default.timeout.ms' }, rest);
    return { kind: 'assertedSchema', text, schema, exists };
  },
  entity: ({ text, schema: { subject = null, id = null }, exists }) =>
    Promise.resolve(entityOf('assert_schema', text, { subject, id, exists })),
};

function schemaOf({ subject, id }: AssertSchema): AssertedSchema {
  return { ...(subject === undefined ? {} : { subject }), ...(id === undefined ? {} : { id }) };
}

async function isThere({ subject, id }: AssertedSchema, registry: SchemaRegistryClient): Promise<boolean> {
  try {
    if (id === undefined) return subject !== undefined && (await registry.latest(subject)) !== undefined;
    const schema = await registry.byId(id);
    if (schema === undefined || subject === undefined) return schema !== undefined;
    return (await registry.lookup(subject, schema))?.id === id;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw refuse(assertionMessages.schemaUnknown(error.message));
  }
}
