import type { SchemaType } from '../../serde/schemas/registered-schema.ts';
import type { PropertyCheck } from '../engine/check-script.ts';
import { caseFlaw } from './case-keys.ts';
import { isArray, isObject, type Json, JsonNumber, type JsonObject, printJson } from './lossless-json.ts';

export interface CaseWindow {
  readonly startMs: number;
  readonly endMs?: number;
  readonly type: 'TIME' | 'SESSION';
}

export interface CaseRecord {
  readonly topic: string;
  readonly key: Json;
  readonly value: Json;
  readonly timestamp?: number;
  readonly window?: CaseWindow;
  readonly headers?: readonly { readonly key: string; readonly value: Buffer | null }[];
}

export interface CaseTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicas: number;
  /** What is registered for it before the first statement. */
  readonly keySchema?: CaseSchema;
  readonly valueSchema?: CaseSchema;
}

export interface CaseSchema {
  readonly type: SchemaType;
  readonly schema: string;
  /** The id that it must have. */
  readonly id?: number;
  readonly references: readonly { readonly name: string; readonly schema: string }[];
}

/** What a case expects to be thrown: classes as ksqlDB names them, and parts of texts. */
export interface ExpectedException {
  readonly type?: string;
  readonly message?: string;
  readonly cause?: string;
  readonly causeMessage?: string;
}

/** One expanded test case: formats and configs are put in. */
export interface TestCase {
  readonly name: string;
  readonly statements: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
  readonly topics: readonly CaseTopic[];
  readonly inputs: readonly CaseRecord[];
  readonly outputs: readonly CaseRecord[];
  readonly expectedException?: ExpectedException;
  readonly post?: JsonObject;
  /** Formats that the case names anywhere. */
  readonly formats: ReadonlySet<string>;
  /** The first thing of it that no runner would look at, or that is of a wrong kind: it fails for that. */
  readonly flaw?: string;
}

/** Whether a file holds a list of cases. */
export function isCaseFile(file: Json): boolean {
  return isObject(file) && isArray(file['tests']);
}

/** All cases of a file: each once per entry of its `format` and `config` lists. */
export function expandFile(
  stem: string,
  file: Json,
  checkProperty: PropertyCheck = () => undefined,
): readonly TestCase[] {
  if (!isObject(file) || !isArray(file['tests'])) throw new Error(`${stem}: no list of tests`);
  return file['tests'].flatMap((test) => {
    const flaw = caseFlaw(test, checkProperty);
    const cases = expandCase(stem, isObject(test) ? test : {});
    return flaw === undefined ? cases : cases.map((each) => ({ ...each, flaw }));
  });
}

function expandCase(stem: string, test: JsonObject): readonly TestCase[] {
  if (test['enabled'] === false) return [];
  const formats: readonly (string | undefined)[] = strings(test['format']) ?? [undefined];
  const configs: readonly (Json | undefined)[] = isArray(test['config']) ? test['config'] : [undefined];
  return formats.flatMap((format) => configs.map((config) => caseOf(stem, test, format, config)));
}

function caseOf(
  stem: string,
  test: JsonObject,
  format: string | undefined,
  config: Json | undefined,
): TestCase {
  const properties: Record<string, string> = {};
  let suffix = format === undefined ? '' : ` - ${format}`;
  for (const [name, value] of Object.entries(isObject(test['properties']) ? test['properties'] : {})) {
    const text = plain(value);
    properties[name] = text === '{CONFIG}' && config !== undefined ? plain(config) : text;
    if (text === '{CONFIG}' && config !== undefined) suffix += ` - ${name}=${plain(config)}`;
  }
  const statements = (strings(test['statements']) ?? []).map((text) =>
    format === undefined ? text : text.replaceAll('{FORMAT}', format),
  );
  const exception = test['expectedException'];
  const post = test['post'];
  return {
    name: `${stem} - ${plain(test['name'] ?? '')}${suffix}`,
    statements,
    properties,
    topics: list(test['topics']).map(topicOf),
    inputs: list(test['inputs']).map(recordOf),
    outputs: list(test['outputs']).map(recordOf),
    ...(isObject(exception) ? { expectedException: exceptionOf(exception) } : {}),
    ...(isObject(post) ? { post } : {}),
    formats: formatsIn(
      [...statements, ...Object.values(properties), printJson(test['topics'] ?? null)].join('\n'),
    ),
  };
}

function exceptionOf(exception: JsonObject): ExpectedException {
  const { type, message, cause, causeMessage } = exception;
  return {
    ...(typeof type === 'string' ? { type } : {}),
    ...(typeof message === 'string' ? { message } : {}),
    ...(typeof cause === 'string' ? { cause } : {}),
    ...(typeof causeMessage === 'string' ? { causeMessage } : {}),
  };
}

function formatsIn(text: string): ReadonlySet<string> {
  const words = text
    .toUpperCase()
    .match(/\b(AVRO|PROTOBUF_NOSR|PROTOBUF|JSON_SR|JSON|DELIMITED|KAFKA|NONE)\b/g);
  return new Set(words ?? []);
}

function list(value: Json | undefined): readonly JsonObject[] {
  return isArray(value) ? value.filter(isObject) : [];
}

function strings(value: Json | undefined): readonly string[] | undefined {
  return isArray(value) ? value.map(plain) : undefined;
}

function plain(value: Json): string {
  if (typeof value === 'string') return value;
  return value instanceof JsonNumber ? value.text : printJson(value);
}

function topicOf(topic: JsonObject): CaseTopic {
  const count = (value: Json | undefined): number => (value instanceof JsonNumber ? Number(value.text) : 1);
  return {
    name: plain(topic['name'] ?? ''),
    partitions: count(topic['partitions']),
    replicas: count(topic['replicas']),
    ...schemaOf(topic, 'key'),
    ...schemaOf(topic, 'value'),
  };
}

function schemaOf(topic: JsonObject, side: 'key' | 'value'): Pick<CaseTopic, 'keySchema' | 'valueSchema'> {
  const schema = topic[`${side}Schema`];
  if (schema === undefined || schema === null) return {};
  const id = topic[`${side}SchemaId`];
  const type = schemaType(topic[`${side}Format`]);
  const found: CaseSchema = {
    type,
    schema: schemaText(type, schema),
    ...(id instanceof JsonNumber ? { id: Number(id.text) } : {}),
    references: list(topic[`${side}SchemaReferences`]).map((each) => ({
      name: plain(each['name'] ?? ''),
      schema: schemaText(schemaType(each['format']), each['schema'] ?? null),
    })),
  };
  return side === 'key' ? { keySchema: found } : { valueSchema: found };
}

/** A text is Protobuf's, or the name of one of Avro's types. */
function schemaText(type: SchemaType, schema: Json): string {
  return typeof schema === 'string' && type === 'PROTOBUF' ? schema : printJson(schema);
}

/** Without a format it is Avro. */
function schemaType(format: Json | undefined): SchemaType {
  const name = typeof format === 'string' ? format.toUpperCase() : 'AVRO';
  if (name.startsWith('PROTOBUF')) return 'PROTOBUF';
  return name === 'JSON' || name === 'JSON_SR' ? 'JSON' : 'AVRO';
}

function recordOf(record: JsonObject): CaseRecord {
  const { timestamp, window, headers } = record;
  return {
    topic: plain(record['topic'] ?? ''),
    key: record['key'] ?? null,
    value: record['value'] ?? null,
    ...(timestamp instanceof JsonNumber ? { timestamp: Number(timestamp.text) } : {}),
    ...(isObject(window) ? { window: windowOf(window) } : {}),
    ...(isArray(headers) ? { headers: headers.filter(isObject).map(headerOf) } : {}),
  };
}

function windowOf(window: JsonObject): CaseWindow {
  const number = (value: Json | undefined): number | undefined =>
    value instanceof JsonNumber ? Number(value.text) : undefined;
  const endMs = number(window['end']);
  return {
    startMs: number(window['start']) ?? 0,
    ...(endMs === undefined ? {} : { endMs }),
    type: plain(window['type'] ?? '').toUpperCase() === 'SESSION' ? 'SESSION' : 'TIME',
  };
}

function headerOf(header: JsonObject): { key: string; value: Buffer | null } {
  const value = header['VALUE'];
  return {
    key: plain(header['KEY'] ?? ''),
    value: typeof value === 'string' ? Buffer.from(value, 'base64') : null,
  };
}
