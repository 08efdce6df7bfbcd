import type { DataSource, FormatInfo } from '../catalog/data-source.ts';
import { parseSchema } from '../types/schema-text.ts';
import type { CaseEngine } from './case-engine.ts';
import { caseApplicationId } from './case-query.ts';
import { internalTopicFormats } from './internal-topics.ts';
import { isArray, isObject, type Json, JsonNumber, type JsonObject, printJson } from './lossless-json.ts';

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
    checkNoSchema(topic, name)
  );
}

function formatsOf(
  name: string,
  { catalog, queries }: CaseEngine,
): { readonly key: FormatInfo; readonly value: FormatInfo } | undefined {
  const source = catalog.sources().find((candidate) => candidate.topic.name === name);
  if (source !== undefined) return { key: source.topic.keyFormat, value: source.topic.valueFormat };
  for (const plan of queries) {
    const prefix = `${caseApplicationId(plan)}-`;
    if (name.startsWith(prefix)) return internalTopicFormats(plan, name.slice(prefix.length));
  }
  return undefined;
}

/** Formats whose schemas are registered are not there yet: no topic has a schema that could be the expected one. */
function checkNoSchema(topic: JsonObject, name: string): string | undefined {
  const stated = ['keySchema', 'valueSchema', 'keySchemaId', 'valueSchemaId'].find(
    (field) => topic[field] !== undefined && topic[field] !== null,
  );
  return stated === undefined
    ? undefined
    : `${stated} of topic ${name}: expected ${printJson(topic[stated])}, got none`;
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
