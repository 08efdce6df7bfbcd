import type { DataSource, FormatInfo } from '../catalog/data-source.ts';
import { parseSchema } from '../types/schema-text.ts';
import type { CaseEngine } from './case-engine.ts';
import { caseApplicationId } from './case-query.ts';
import { internalTopicFormats } from './internal-topics.ts';
import type { FormatColumn } from '../../serde/contract/format.ts';
import { formatOf } from '../../serde/formats.ts';
import type { SchemaText } from '../../serde/schemas/registered-schema.ts';
import {
  isArray,
  isObject,
  type Json,
  JsonNumber,
  type JsonObject,
  parseJson,
  printJson,
} from './lossless-json.ts';

/** Checks the sources and topics that a case leaves behind. Answers the first difference. */
export function checkPost(post: JsonObject, engine: CaseEngine): string | undefined {
  const sources = isArray(post['sources']) ? post['sources'].filter(isObject) : [];
  for (const expected of sources) {
    const found = checkSource(expected, engine);
    if (found !== undefined) return found;
  }
  return isObject(post['topics']) ? checkTopics(post['topics'], engine) : undefined;
}

function checkSource(expected: JsonObject, engine: CaseEngine): string | undefined {
  const name = text(expected['name']) ?? '';
  const source = engine.catalog.source(name);
  if (source === undefined) return `source ${name} does not exist`;
  const type = text(expected['type']);
  if (type !== undefined && type.toUpperCase() !== source.kind)
    return `${name} is a ${source.kind}, not a ${type}`;
  const schema = text(expected['schema']);
  if (schema !== undefined) {
    const wanted = parseSchema(schema, (custom) => engine.catalog.type(custom));
    if (!wanted.equals(source.schema)) {
      return `schema of ${name}: expected ${wanted.toString()}, got ${source.schema.toString()}`;
    }
  }
  if (typeof expected['isSource'] === 'boolean' && expected['isSource'] !== source.isSource) {
    return `${name}: isSource is ${source.isSource}`;
  }
  return checkFormats(expected, source);
}

function checkFormats(expected: JsonObject, source: DataSource): string | undefined {
  const { keyFormat, valueFormat } = source.topic;
  const { keyFormat: key, valueFormat: value } = expected;
  const format = isObject(key) ? text(key['format']) : text(key);
  if (format !== undefined && format !== keyFormat.format) {
    return `key format of ${source.name}: expected ${format}, got ${keyFormat.format}`;
  }
  if (isObject(key)) {
    const type = text(key['windowType']);
    const size = key['windowSize'];
    const window = keyFormat.window;
    if (type !== window?.type)
      return `window of ${source.name}: expected ${type ?? 'none'}, got ${window?.type ?? 'none'}`;
    if (size instanceof JsonNumber && Number(size.text) !== window?.sizeMs) {
      return `window size of ${source.name}: expected ${size.text}, got ${window?.sizeMs ?? 'none'}`;
    }
  }
  const properties = propertiesProblem(key, keyFormat, `key format of ${source.name}`);
  if (properties !== undefined) return properties;
  const wanted = isObject(value) ? text(value['format']) : text(value);
  if (wanted !== undefined && wanted !== valueFormat.format) {
    return `value format of ${source.name}: expected ${wanted}, got ${valueFormat.format}`;
  }
  return (
    propertiesProblem(value, valueFormat, `value format of ${source.name}`) ??
    checkFeatures(expected['keyFeatures'], keyFormat, `key of ${source.name}`) ??
    checkFeatures(expected['valueFeatures'], valueFormat, `value of ${source.name}`)
  );
}

function checkFeatures(expected: Json | undefined, info: FormatInfo, what: string): string | undefined {
  if (!isArray(expected)) return undefined;
  const wanted = expected.map((feature) => text(feature) ?? '').sort();
  const actual = [...info.features].sort();
  if (wanted.join() === actual.join()) return undefined;
  return `features of the ${what}: expected [${wanted.join()}], got [${actual.join()}]`;
}

function checkTopics(expected: JsonObject, engine: CaseEngine): string | undefined {
  const known = new Set([...engine.producedTopics(), ...engine.host.topics.names()]);
  const blacklist = text(expected['blacklist']);
  if (blacklist !== undefined) {
    const pattern = new RegExp(`^(?:${blacklist})$`);
    const bad = [...known].find((name) => pattern.test(name));
    if (bad !== undefined) return `there is a topic ${bad}, which ${blacklist} forbids`;
  }
  for (const topic of isArray(expected['topics']) ? expected['topics'].filter(isObject) : []) {
    const found = checkTopic(topic, engine, known);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkTopic(topic: JsonObject, engine: CaseEngine, known: ReadonlySet<string>): string | undefined {
  const name = text(topic['name']) ?? '';
  if (!known.has(name)) return `there is no topic ${name}; known: ${[...known].join(', ')}`;
  const partitions = topic['partitions'];
  const actual = engine.host.topics.facts.get(name)?.partitions;
  if (partitions instanceof JsonNumber && actual !== undefined && actual !== Number(partitions.text)) {
    return `partitions of ${name}: expected ${partitions.text}, got ${actual}`;
  }
  const formats = formatsOf(name, engine);
  if (formats === undefined) return `the formats of topic ${name} are not known`;
  return (
    checkTopicFormat(topic['keyFormat'], formats.key, `key format of topic ${name}`) ??
    checkTopicFormat(topic['valueFormat'], formats.value, `value format of topic ${name}`) ??
    checkSchema(topic, name, 'key', formats, engine) ??
    checkSchema(topic, name, 'value', formats, engine)
  );
}

function formatsOf(
  name: string,
  { catalog, queries }: CaseEngine,
):
  | { readonly key: FormatInfo; readonly value: FormatInfo; readonly keyColumns?: readonly FormatColumn[] }
  | undefined {
  const source = catalog.sources().find((candidate) => candidate.topic.name === name);
  if (source !== undefined) return { key: source.topic.keyFormat, value: source.topic.valueFormat };
  for (const plan of queries) {
    const prefix = `${caseApplicationId(plan)}-`;
    if (name.startsWith(prefix)) return internalTopicFormats(plan, name.slice(prefix.length));
  }
  return undefined;
}

/** The schema of a topic: what is registered, or, of an internal topic, what ksqlDB would register for its columns. */
function checkSchema(
  topic: JsonObject,
  name: string,
  side: 'key' | 'value',
  formats: {
    readonly key: FormatInfo;
    readonly value: FormatInfo;
    readonly keyColumns?: readonly FormatColumn[];
  },
  engine: CaseEngine,
): string | undefined {
  const wanted = topic[`${side}Schema`];
  if (wanted === undefined || wanted === null) return undefined;
  const registered = engine.host.registry.latestNow(`${name}-${side}`) ?? internalSchema(side, formats);
  const problem = (got: string): string =>
    `${side}Schema of topic ${name}: expected ${printJson(wanted)}, got ${got}`;
  if (registered === undefined) return problem('none');
  const { schema, type } = registered;
  const isSame =
    type === 'PROTOBUF'
      ? schema.replaceAll(/\s+/g, ' ').trim() === (text(wanted) ?? '').replaceAll(/\s+/g, ' ').trim()
      : sorted(parseJson(schema)) === sorted(wanted);
  return isSame ? undefined : problem(schema);
}

function internalSchema(
  side: 'key' | 'value',
  { key, keyColumns }: { readonly key: FormatInfo; readonly keyColumns?: readonly FormatColumn[] },
): SchemaText | undefined {
  if (side === 'value' || keyColumns === undefined) return undefined;
  const { format, properties, features } = key;
  return formatOf(format).schemas?.toSchema({
    columns: keyColumns,
    side,
    features: new Set(features),
    properties,
  });
}

/** JSON whose fields are in the order of their names. */
function sorted(json: Json): string {
  if (isArray(json)) return `[${json.map(sorted).join(',')}]`;
  if (!isObject(json)) return printJson(json);
  const fields = Object.entries(json).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([field, value]) => `${field}:${sorted(value)}`).join(',')}}`;
}

function checkTopicFormat(expected: Json | undefined, info: FormatInfo, what: string): string | undefined {
  if (!isObject(expected)) return undefined;
  const format = text(expected['format']);
  if (format !== info.format) return `${what}: expected ${format ?? ''}, got ${info.format}`;
  return propertiesProblem(expected, info, what) ?? checkFeatures(expected['features'], info, what);
}

function propertiesProblem(expected: Json | undefined, info: FormatInfo, what: string): string | undefined {
  const properties = isObject(expected) && isObject(expected['properties']) ? expected['properties'] : {};
  for (const [name, value] of Object.entries(properties)) {
    if (text(value) !== info.properties[name])
      return `${what}: expected ${name} ${printJson(value)}, got ${info.properties[name] ?? 'none'}`;
  }
  return undefined;
}

function text(json: Json | undefined): string | undefined {
  return typeof json === 'string' ? json : undefined;
}
