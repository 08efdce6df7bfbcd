import type { CreateSource, CreateSourceAs, Property } from '../../../grammar/ast.ts';
import { formatOf } from '../../serde/formats.ts';
import { subjectOf } from './schema-facts.ts';
import type { SessionProperties } from './session.ts';

type Side = 'KEY' | 'VALUE';
const sides: readonly Side[] = ['KEY', 'VALUE'];

/** What a statement must know of the schema registry before it is planned. */
export interface SchemaNeeds {
  /** Of which the newest schemas are asked. */
  readonly subjects: readonly string[];
  readonly ids: readonly number[];
}

/**
 * The newest schemas of the topic whose columns a statement does not declare, and those that it names. What is wrong with the
 * statement is found when it is analysed.
 */
export function sourceSchemaNeeds(statement: CreateSource, properties: SessionProperties): SchemaNeeds {
  const given = (name: string): string | undefined => textOf(statement.properties, name);
  const topic = given('KAFKA_TOPIC');
  const subjects = sides.flatMap((side) => {
    const setting = properties[`ksql.persistence.default.format.${side.toLowerCase()}`];
    const format = given(`${side}_FORMAT`) ?? given('FORMAT') ?? setting;
    const isDeclared = statement.columns.some(({ constraint }) => sideOf(constraint) === side);
    const isNeeded = !isDeclared && given(`${side}_SCHEMA_ID`) === undefined && usesRegistry(format);
    return isNeeded && topic !== undefined ? [subjectOf(topic, side)] : [];
  });
  return { subjects, ids: schemaIds(statement.properties) };
}

/** The schemas that a result's WITH clause names. */
export function sinkSchemaNeeds({ properties }: Pick<CreateSourceAs, 'properties'>): SchemaNeeds {
  return { subjects: [], ids: schemaIds(properties) };
}

function sideOf(constraint: CreateSource['columns'][number]['constraint']): Side | undefined {
  if (constraint === undefined) return 'VALUE';
  return constraint.kind === 'Headers' ? undefined : 'KEY';
}

function schemaIds(properties: readonly Property[]): readonly number[] {
  return sides.flatMap((side) => {
    const id = Number(textOf(properties, `${side}_SCHEMA_ID`));
    return Number.isInteger(id) ? [id] : [];
  });
}

function usesRegistry(format: string | undefined): boolean {
  if (format === undefined) return false;
  try {
    return formatOf(format).usesSchemaRegistry;
  } catch {
    // There is no such format, which is said where it is analysed.
    return false;
  }
}

function textOf(properties: readonly Property[], name: string): string | undefined {
  const value = properties.find((property) => property.name === name)?.value;
  if (value?.kind === 'StringLiteral') return value.value;
  return value?.kind === 'IntegerLiteral' ? value.text : undefined;
}
