import { type JsonValue, type StoredSchema, type SubjectConfig, toPlainJson } from '../../registry/index.ts';

/** The bodies of Confluent's REST API. What is empty, and that a schema is Avro's, is left out. */

type Entity = Readonly<Record<string, unknown>>;

/** A version of a subject. */
export function versionEntity(stored: StoredSchema, text = stored.schema): Entity {
  const { subject, version, id } = stored;
  return { subject, version, id, ...contentParts(stored), schema: text };
}

/** A schema by its id. */
export function schemaEntity(stored: StoredSchema, text = stored.schema): Entity {
  return { ...contentParts(stored), schema: text };
}

function contentParts({ type, references, metadata, ruleSet }: StoredSchema): Entity {
  return {
    ...(type === 'AVRO' ? {} : { schemaType: type }),
    ...(references.length === 0 ? {} : { references }),
    ...plainPart('metadata', metadata),
    ...plainPart('ruleSet', ruleSet),
  };
}

function plainPart(name: string, value: JsonValue | undefined): Entity {
  return value === undefined ? {} : { [name]: toPlainJson(value) };
}

/** @param levelName what the level is called: GET and PUT differ in it. */
export function configEntity(
  { compatibilityLevel, normalize, others }: SubjectConfig,
  levelName: 'compatibility' | 'compatibilityLevel',
): Entity {
  const rest = Object.fromEntries([...others].map(([name, value]) => [name, toPlainJson(value)]));
  return {
    ...rest,
    ...(normalize === undefined ? {} : { normalize }),
    ...(compatibilityLevel === undefined ? {} : { [levelName]: compatibilityLevel }),
  };
}
