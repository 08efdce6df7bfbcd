import { InvalidSchemaError } from '../invalid-schema.ts';
import {
  isJsonArray,
  isJsonObject,
  JsonNumber,
  type JsonObject,
  type JsonValue,
  printJson,
} from '../json-text.ts';
import { readJson } from '../read-json.ts';
import { DefaultCheck } from './defaults.ts';
import { checkName, nameOf, requiredName, splitName } from './names.ts';
import {
  type AvroField,
  type AvroName,
  type AvroNamed,
  type AvroType,
  type AvroUnion,
  branchName,
  type FieldOrder,
  fullName,
  PRIMITIVES,
} from './schema.ts';

const SCHEMA_WORDS = new Set([
  'doc',
  'fields',
  'items',
  'name',
  'namespace',
  'size',
  'symbols',
  'values',
  'type',
  'aliases',
]);
const ENUM_WORDS = new Set([...SCHEMA_WORDS, 'default']);
const FIELD_WORDS = new Set(['default', 'doc', 'name', 'order', 'type', 'aliases']);
const ORDERS: readonly FieldOrder[] = ['ascending', 'descending', 'ignore'];

/** The named types that texts have defined so far, by full name. */
export type AvroNames = Map<string, AvroNamed>;

interface AvroParsing {
  /** What was defined before; what this text defines is added. */
  readonly names: AvroNames;
  /** Whether the defaults of fields have to be values of their types. */
  readonly checksDefaults: boolean;
}

/** @throws {InvalidSchemaError} for a text that is not an Avro schema. */
export function parseAvro(text: string, parsing: AvroParsing): AvroType {
  return new AvroReader(parsing).type(readJson(text), undefined);
}

/** Puts one text's types together; a name is known from its definition on, within it too. */
class AvroReader {
  readonly #parsing: AvroParsing;
  readonly #defaults = new DefaultCheck();

  constructor(parsing: AvroParsing) {
    this.#parsing = parsing;
  }

  type(json: JsonValue, namespace: string | undefined): AvroType {
    if (typeof json === 'string') return this.#byName(json, namespace);
    if (isJsonArray(json)) return this.#union(json, namespace);
    if (isJsonObject(json)) return this.#object(json, namespace);
    throw new InvalidSchemaError(`Schema not yet supported: ${printJson(json)}`);
  }

  #byName(name: string, namespace: string | undefined): AvroType {
    const primitive = PRIMITIVES.find((kind) => kind === name);
    if (primitive !== undefined) return { kind: primitive, properties: new Map() };
    return this.#known(name, namespace) ?? refuse(`Undefined name: ${JSON.stringify(name)}`);
  }

  #known(text: string, namespace: string | undefined): AvroNamed | undefined {
    const name = splitName(text, namespace);
    const { names } = this.#parsing;
    // A simple name that the enclosing namespace does not have may be one of no namespace.
    return names.get(fullName(name)) ?? (text.includes('.') ? undefined : names.get(text));
  }

  #union(json: readonly JsonValue[], namespace: string | undefined): AvroUnion {
    const branches: AvroType[] = [];
    const seen = new Set<string>();
    for (const item of json) {
      const branch = this.type(item, namespace);
      if (branch.kind === 'union') throw new InvalidSchemaError(`Nested union: ${printJson(json)}`);
      const name = branchName(branch);
      if (seen.has(name)) throw new InvalidSchemaError(`Duplicate in union:${name}`);
      seen.add(name);
      branches.push(branch);
    }
    return { kind: 'union', branches };
  }

  #object(json: JsonObject, namespace: string | undefined): AvroType {
    const kind = json.get('type');
    if (typeof kind !== 'string') throw new InvalidSchemaError(`No type: ${printJson(json)}`);
    const properties = propertiesOf(json, SCHEMA_WORDS);
    const primitive = PRIMITIVES.find((name) => name === kind);
    if (primitive !== undefined) return { kind: primitive, properties };
    switch (kind) {
      case 'record':
      case 'error':
        return this.#record(json, namespace);
      case 'enum':
        return this.#enum(json, namespace);
      case 'fixed':
        return this.#fixed(json, namespace);
      case 'array': {
        const items = json.get('items') ?? refuse(`Array has no items type: ${printJson(json)}`);
        return { kind, items: this.type(items, namespace), properties };
      }
      case 'map': {
        const values = json.get('values') ?? refuse(`Map has no values type: ${printJson(json)}`);
        return { kind, values: this.type(values, namespace), properties };
      }
      default:
        return this.#known(kind, namespace) ?? refuse(`Type not supported: ${kind}`);
    }
  }

  #record(json: JsonObject, enclosing: string | undefined): AvroNamed {
    const name = this.#define(json, enclosing);
    const fields: AvroField[] = [];
    const seen = new Set<string>();
    const record: AvroNamed = {
      kind: 'record',
      isError: json.get('type') === 'error',
      name,
      aliases: aliasesOf(json, name),
      doc: textOf(json, 'doc'),
      fields,
      properties: propertiesOf(json, SCHEMA_WORDS),
    };
    // Known before its fields are read, which may be of its own type.
    this.#parsing.names.set(fullName(name), record);
    const list = json.get('fields');
    if (!isJsonArray(list)) throw new InvalidSchemaError(`Record has no fields: ${printJson(json)}`);
    for (const item of list) {
      const field = this.#field(item, name.namespace);
      if (seen.has(field.name)) {
        throw new InvalidSchemaError(`Duplicate field ${field.name} in record ${fullName(name)}`);
      }
      seen.add(field.name);
      fields.push(field);
    }
    // A default may be of a type that is complete only now.
    if (this.#parsing.checksDefaults) this.#checkDefaults(fields);
    return record;
  }

  #checkDefaults(fields: readonly AvroField[]): void {
    for (const { name, type, default: value } of fields) {
      if (value === undefined || this.#defaults.isValid(type, value)) continue;
      throw new InvalidSchemaError(
        `Invalid default for field ${name}: ${printJson(value)} not a ${branchName(type)}`,
      );
    }
  }

  #field(json: JsonValue, namespace: string | undefined): AvroField {
    if (!isJsonObject(json)) throw new InvalidSchemaError(`Record has no fields: ${printJson(json)}`);
    const name = checkName(textOf(json, 'name') ?? refuse(`No field name: ${printJson(json)}`));
    const type = json.get('type') ?? refuse(`No field type: ${printJson(json)}`);
    const order = textOf(json, 'order')?.toLowerCase() ?? 'ascending';
    return {
      name,
      type: this.type(type, namespace),
      doc: textOf(json, 'doc'),
      default: json.get('default'),
      order: ORDERS.find((one) => one === order) ?? refuse(`No such order: ${order}`),
      aliases: aliasTexts(json),
      properties: propertiesOf(json, FIELD_WORDS),
    };
  }

  #enum(json: JsonObject, enclosing: string | undefined): AvroNamed {
    const name = this.#define(json, enclosing);
    const list = json.get('symbols');
    if (!isJsonArray(list)) throw new InvalidSchemaError(`Enum has no symbols: ${printJson(json)}`);
    const symbols = list.map((item) =>
      checkName(typeof item === 'string' ? item : refuse(`Illegal symbol: ${printJson(item)}`)),
    );
    const seen = new Set<string>();
    const twice = symbols.find((symbol) => seen.size === seen.add(symbol).size);
    if (twice !== undefined) throw new InvalidSchemaError(`Duplicate enum symbol: ${twice}`);
    const chosen = textOf(json, 'default');
    if (chosen !== undefined && !symbols.includes(chosen)) {
      const all = symbols.join(', ');
      throw new InvalidSchemaError(`The Enum Default: ${chosen} is not in the enum symbol set: [${all}]`);
    }
    return this.#keep({
      kind: 'enum',
      name,
      aliases: aliasesOf(json, name),
      doc: textOf(json, 'doc'),
      symbols,
      default: chosen,
      properties: propertiesOf(json, ENUM_WORDS),
    });
  }

  #fixed(json: JsonObject, enclosing: string | undefined): AvroNamed {
    const name = this.#define(json, enclosing);
    const size = json.get('size');
    if (!(size instanceof JsonNumber) || !/^\d{1,10}$/.test(size.text) || size.value >= 2 ** 31) {
      throw new InvalidSchemaError(`Invalid or no size: ${printJson(json)}`);
    }
    return this.#keep({
      kind: 'fixed',
      name,
      aliases: aliasesOf(json, name),
      doc: textOf(json, 'doc'),
      size: size.value,
      properties: propertiesOf(json, SCHEMA_WORDS),
    });
  }

  #define(json: JsonObject, enclosing: string | undefined): AvroName {
    const name = nameOf(requiredName(json), textOf(json, 'namespace'), enclosing);
    if (PRIMITIVES.some((kind) => kind === fullName(name))) {
      throw new InvalidSchemaError(`Schemas may not be named after primitives: ${fullName(name)}`);
    }
    if (this.#parsing.names.has(fullName(name))) {
      throw new InvalidSchemaError(`Can't redefine: ${fullName(name)}`);
    }
    return name;
  }

  #keep(type: AvroNamed): AvroNamed {
    this.#parsing.names.set(fullName(type.name), type);
    return type;
  }
}

function propertiesOf(json: JsonObject, words: ReadonlySet<string>): JsonObject {
  return new Map([...json].filter(([name]) => !words.has(name)));
}

function textOf(json: JsonObject, key: string): string | undefined {
  const value = json.get(key);
  return typeof value === 'string' ? value : undefined;
}

function aliasTexts(json: JsonObject): string[] {
  const list = json.get('aliases');
  if (list === undefined) return [];
  if (!isJsonArray(list)) throw new InvalidSchemaError(`aliases not an array: ${printJson(json)}`);
  const texts = list.map((item) =>
    typeof item === 'string' ? item : refuse(`alias not a string: ${printJson(item)}`),
  );
  return [...new Set(texts)];
}

function aliasesOf(json: JsonObject, { namespace }: AvroName): AvroName[] {
  return aliasTexts(json).map((alias) => splitName(alias, namespace));
}

function refuse(message: string): never {
  throw new InvalidSchemaError(message);
}
