import protobuf from 'protobufjs';
import { Decimal } from '../../serde/model/decimal.ts';
import { civilDate, epochDay } from '../../serde/model/civil-days.ts';
import { type ImportedProto, reflectProto } from '../../serde/protobuf/parse-proto.ts';
import { isArray, isObject, type Json, JsonDouble, JsonNumber, type JsonObject } from './lossless-json.ts';

/**
 * Between the JSON of a case and messages, by protobufjs and the text of their schema: the harness's own way, independent of the
 * codecs that are tested. What is JSON of a message is what Kafka Connect's converter makes of it.
 */
export class ProtobufJson {
  readonly #type: protobuf.Type;

  constructor(type: protobuf.Type) {
    this.#type = type;
  }

  encode(json: Json): Buffer {
    return Buffer.from(this.#type.encode(structOf(this.#type, json)).finish());
  }

  decode(bytes: Buffer): Json {
    return structJson(this.#type, this.#type.decode(bytes));
  }
}

/** The first message of a .proto file. @throws {SerdeError} for what is none. */
export function protobufJson(text: string, imported: readonly ImportedProto[] = []): ProtobufJson {
  const [type] = reflectProto(text, imported);
  if (type === undefined) throw new RangeError('the file declares no message');
  return new ProtobufJson(type);
}

/** Values of a message by its fields' names. */
type Properties = Record<string, unknown>;

const NOTHING: JsonObject = {};

function structOf(type: protobuf.Type, json: Json): Properties {
  const object = isObject(json) ? json : NOTHING;
  const found: Properties = {};
  for (const field of type.fieldsArray) {
    const union = unionName(field);
    const owner = union === undefined ? object : jsonOf(object, union);
    const value = isObject(owner) ? jsonOf(owner, field.name) : null;
    if (value === null) continue;
    found[field.name] = field.repeated ? repeatedOf(field, value) : valueOf(field, value);
  }
  return found;
}

/** The field of a name, whatever its case. */
function jsonOf(object: JsonObject, name: string): Json {
  const spelling = [name, name.toUpperCase()].find((each) => each in object);
  const found = spelling ?? Object.keys(object).find((each) => each.toUpperCase() === name.toUpperCase());
  return found === undefined ? null : (object[found] ?? null);
}

function repeatedOf(field: protobuf.Field, json: Json): unknown {
  const entry = entryOf(field);
  if (entry === undefined || !isObject(json)) {
    return isArray(json) ? json.map((each) => valueOf(field, each)) : [];
  }
  return Object.entries(json).map(([key, value]) => structOf(entry, { key, value }));
}

function valueOf(field: protobuf.Field, json: Json): unknown {
  const type = field.resolvedType;
  if (type instanceof protobuf.Enum) return type.values[plain(json)];
  if (type === null) return scalarOf(field.type, json);
  const number = Number(plain(json));
  const seconds = Math.floor(number / 1000);
  switch (type.fullName) {
    case '.confluent.type.Decimal':
      return decimalOf(plain(json), Number(metaOf(field, 'scale') ?? 0));
    case '.google.type.Date':
      return civilDate(number);
    case '.google.type.TimeOfDay':
      return {
        hours: Math.floor(seconds / 3600),
        minutes: Math.floor(seconds / 60) % 60,
        seconds: seconds % 60,
        nanos: (number % 1000) * 1e6,
      };
    case '.google.protobuf.Timestamp':
      return { seconds, nanos: (number - seconds * 1000) * 1e6 };
    default:
      return isWrapper(type) ? structOf(type, { value: json }) : structOf(type, json);
  }
}

function scalarOf(type: string, json: Json): unknown {
  switch (type) {
    case 'string':
      return plain(json);
    case 'bytes':
      return Buffer.from(plain(json), 'base64');
    case 'bool':
      return json === true || json === 'true';
    case 'int64':
    case 'uint64':
    case 'sint64':
    case 'fixed64':
    case 'sfixed64':
      return plain(json).replace(/\.[0-9]*$/, '');
    default:
      return Number(plain(json));
  }
}

function decimalOf(text: string, scale: number): unknown {
  const decimal = (Decimal.parse(text) ?? new Decimal(0n, 0)).withScale(scale, 'HALF_UP');
  const bytes: number[] = [];
  for (let rest = decimal.unscaled; ; rest >>= 8n) {
    bytes.unshift(Number(rest & 0xffn));
    if (rest >= -128n && rest < 128n) break;
  }
  return { value: Buffer.from(bytes), precision: decimal.precision(), scale };
}

function structJson(type: protobuf.Type, message: object): Json {
  const found: Record<string, Json> = {};
  for (const field of type.fieldsArray) {
    const union = unionName(field);
    if (union === undefined) {
      found[field.name] = fieldJson(field, message);
      continue;
    }
    const before = found[union];
    const value = fieldJson(field, message);
    if (value !== null || before === undefined) {
      found[union] = value === null ? null : { ...nullMembers(type, union), [field.name]: value };
    }
  }
  return found;
}

const nullMembers = (type: protobuf.Type, union: string): JsonObject =>
  Object.fromEntries(
    type.fieldsArray.filter((field) => unionName(field) === union).map(({ name }) => [name, null]),
  );

function fieldJson(field: protobuf.Field, message: object): Json {
  const value: unknown = Reflect.get(message, field.name);
  const isPresent = Object.hasOwn(message, field.name);
  if (!field.repeated) {
    return !isPresent && field.hasPresence && !field.required ? null : valueJson(field, value);
  }
  const entry = entryOf(field);
  const values: readonly unknown[] = Array.isArray(value) ? value : [];
  if (entry === undefined) return values.map((each) => valueJson(field, each));
  return Object.fromEntries(
    values.map((each): [string, Json] => {
      const [key, inner] = Object.values(wholeEntry(entry, each));
      return [plain(key ?? null), inner ?? null];
    }),
  );
}

/** Key and value of an entry; what it lacks is there nevertheless. */
function wholeEntry(entry: protobuf.Type, value: unknown): JsonObject {
  const message = typeof value === 'object' && value !== null ? value : {};
  return Object.fromEntries(
    entry.fieldsArray.map((field): [string, Json] => {
      const { resolvedType } = field;
      const isAbsent = !Object.hasOwn(message, field.name) && resolvedType instanceof protobuf.Type;
      const whole = isAbsent && !field.repeated ? { [field.name]: resolvedType.create() } : message;
      return [field.name, fieldJson(field, whole)];
    }),
  );
}

function valueJson(field: protobuf.Field, value: unknown): Json {
  const type = field.resolvedType;
  if (type instanceof protobuf.Enum) return type.valuesById[Number(value)] ?? null;
  if (type === null) return scalarJson(field.type, value);
  const at = (name: string): number => Number(Reflect.get(Object(value), name));
  switch (type.fullName) {
    case '.confluent.type.Decimal': {
      const unscaled = BigInt.asIntN(2048, BigInt(`0x${signExtended(Reflect.get(Object(value), 'value'))}`));
      return new JsonNumber(new Decimal(unscaled, at('scale')).toPlainString());
    }
    case '.google.type.Date':
      return new JsonNumber(String(epochDay(at('year'), at('month'), at('day'))));
    case '.google.type.TimeOfDay':
      return new JsonNumber(
        String(((at('hours') * 60 + at('minutes')) * 60 + at('seconds')) * 1000 + at('nanos') / 1e6),
      );
    case '.google.protobuf.Timestamp':
      return new JsonNumber(String(at('seconds') * 1000 + Math.floor(at('nanos') / 1e6)));
    default: {
      const json = structJson(type, Object(value));
      return isWrapper(type) && isObject(json) ? (json['value'] ?? null) : json;
    }
  }
}

function signExtended(value: unknown): string {
  const hex = value instanceof Uint8Array ? Buffer.from(value).toString('hex') : '00';
  return hex.padStart(512, Number.parseInt(hex[0] ?? '0', 16) >= 8 ? 'f' : '0');
}

function scalarJson(type: string, value: unknown): Json {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : '';
    case 'bool':
      return value === true;
    case 'bytes':
      return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : '';
    case 'double':
    case 'float':
      return new JsonDouble(String(value));
    default:
      return new JsonNumber(String(value));
  }
}

/** The message of a map's entries. */
function entryOf({ repeated, resolvedType: type }: protobuf.Field): protobuf.Type | undefined {
  if (!repeated || !(type instanceof protobuf.Type) || !type.name.endsWith('Entry')) return undefined;
  const names = type.fieldsArray.map(({ name }) => name);
  return names.length === 2 && names[0] === 'key' && names[1] === 'value' ? type : undefined;
}

const isWrapper = ({ fullName }: protobuf.Type): boolean =>
  /^\.google\.protobuf\.[A-Z][A-Za-z0-9]*Value$/.test(fullName) && fullName !== '.google.protobuf.ListValue';

function unionName({ partOf, parent }: protobuf.Field): string | undefined {
  if (partOf === null || partOf.isProto3Optional || !(parent instanceof protobuf.Type)) return undefined;
  return `${partOf.name}_${parent.oneofsArray.filter((each) => !each.isProto3Optional).indexOf(partOf)}`;
}

function metaOf(field: protobuf.Field, name: string): string | undefined {
  return new RegExp(`"value":"([0-9]+)","key":"${name}"`).exec(JSON.stringify(field.parsedOptions))?.[1];
}

const plain = (json: Json): string =>
  json instanceof JsonNumber ? json.text : typeof json === 'string' ? json : JSON.stringify(json);
