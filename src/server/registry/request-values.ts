import {
  type Deleted,
  isJsonArray,
  isJsonObject,
  JsonDepthError,
  JsonNumber,
  type JsonObject,
  type JsonValue,
  parseJson,
  referencesOf,
  refusals,
  RegistryRefusal,
  type SchemaReference,
  type SchemaRequest,
  type SubjectPlace,
  subjectAt,
  type VersionNumber,
} from '../../registry/index.ts';

/** What routes take of a request. */

/** What is kept of a body goes into a record, deeper than it was here, and has to be read again. */
const BODY_DEPTH_MAX = 100;

/** The parameters of a query; of one that comes twice the first value counts. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

export function queryText(query: Query, name: string): string | undefined {
  const value = query[name];
  return typeof value === 'string' || value === undefined ? value : value[0];
}

/** What was asked for with `key` and `value`, each as often as the other. */
export function queryPairs(query: Query): readonly (readonly [name: string, value: string])[] {
  const [names, values] = [listed(query['key']), listed(query['value'])];
  return names.map((name, index) => [name, values[index] ?? '']);
}

function listed(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

/** Whether a switch is on. */
export function flag(query: Query, name: string): boolean {
  return queryText(query, name)?.toLowerCase() === 'true';
}

export function deletedOf(query: Query): Deleted {
  if (flag(query, 'deletedOnly')) return 'only';
  return flag(query, 'deleted') ? 'with others' : 'left out';
}

/** The part of a list that was asked for with `offset` and `limit`. */
export function page<T>(items: readonly T[], query: Query): readonly T[] {
  const [offset, limit] = [Number(queryText(query, 'offset') ?? 0), Number(queryText(query, 'limit') ?? -1)];
  const first = Number.isInteger(offset) && offset > 0 ? offset : 0;
  return items.slice(first, Number.isInteger(limit) && limit >= 0 ? first + limit : undefined);
}

/** @throws {RegistryRefusal} 42202. */
export function versionOf(text: string): VersionNumber {
  if (text === 'latest' || text === '-1') return 'latest';
  const version = Number(text);
  if (/^\d+$/.test(text) && version >= 1 && version < 2 ** 31) return version;
  throw refusals.invalidVersion(text);
}

/** @throws {RegistryRefusal} 404 for a path whose id is no number: there is no such resource. */
export function idOf(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new RegistryRefusal(404, 'HTTP 404 Not Found');
}

/** Whom settings are for; undefined for all. */
export function settingsPlace(place: SubjectPlace): string | undefined {
  return place.context === undefined && place.subject === undefined ? undefined : subjectAt(place);
}

/** A request's body; undefined where there is none. */
export type Body = JsonValue | undefined;

/** @throws {RegistryRefusal} 400 for a text that is no JSON, 422 for one that is nested too deep. */
export function bodyOf(text: string): Body {
  if (text.trim() === '') return undefined;
  try {
    return parseJson(text, BODY_DEPTH_MAX);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    if (error instanceof JsonDepthError)
      throw new RegistryRefusal(422, `The request body is ${error.message}`);
    throw new RegistryRefusal(400, `The request body is not JSON: ${error.message}`);
  }
}

/** @throws {RegistryRefusal} 422 for a body that is no object. */
export function bodyObject(body: Body): JsonObject {
  if (isJsonObject(body)) return body;
  throw new RegistryRefusal(422, 'The request body is not a JSON object');
}

/** @throws {RegistryRefusal} 422. */
export function schemaRequestOf(body: Body): SchemaRequest {
  const json = bodyObject(body);
  const text = (name: string): string | undefined => {
    const value = json.get(name);
    if (value === undefined || value === null || typeof value === 'string') return value ?? undefined;
    throw new RegistryRefusal(422, `${name}: expected a string`);
  };
  return {
    schema: text('schema'),
    schemaType: text('schemaType'),
    references: referencesAsked(json.get('references')),
    metadata: json.get('metadata') ?? undefined,
    ruleSet: json.get('ruleSet') ?? undefined,
    id: integerOf(json, 'id'),
    version: integerOf(json, 'version'),
  };
}

/** @throws {RegistryRefusal} 422 for what is no list of complete references. */
function referencesAsked(value: JsonValue | undefined): readonly SchemaReference[] {
  if (value === undefined || value === null) return [];
  const references = referencesOf(value);
  if (isJsonArray(value) && references.length === value.length) return references;
  throw new RegistryRefusal(422, 'references: expected a list of objects with name, subject and version');
}

function integerOf(json: JsonObject, name: string): number | undefined {
  const value = json.get(name);
  if (value === undefined || value === null) return undefined;
  const number = value instanceof JsonNumber ? value.value : Number.NaN;
  if (Number.isInteger(number) && Math.abs(number) < 2 ** 31) return number;
  throw new RegistryRefusal(422, `${name}: expected an integer of 32 bits`);
}
