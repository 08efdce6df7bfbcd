import { SerdeError } from '../model/serde-error.ts';
import type { RegisteredSchema } from '../schemas/registered-schema.ts';

/** A JSON Schema as Connect sees it: what may be null, what is named elsewhere and what is one of one is resolved. */
export type SchemaNode =
  | { readonly kind: 'boolean' | 'null' }
  | { readonly kind: 'integer' | 'number' | 'string'; readonly notes: SchemaNotes }
  | { readonly kind: 'array'; readonly items: SchemaNode | undefined; readonly isMap: boolean }
  | {
      readonly kind: 'object';
      readonly fields: readonly SchemaField[];
      /** Of a map. */
      readonly values: SchemaNode | undefined;
    }
  /** Of several types. */
  | { readonly kind: 'choice'; readonly choices: readonly SchemaNode[] };

interface SchemaField {
  readonly name: string;
  readonly node: SchemaNode;
  readonly isRequired: boolean;
  readonly fallback: unknown;
}

/** What Connect notes of a type. */
interface SchemaNotes {
  readonly connectType?: string;
  readonly title?: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Parses a registered schema, and what it refers to. @throws {SerdeError} for what is no JSON Schema. */
export function parseJsonSchema({
  schema,
  dependencies,
}: Pick<RegisteredSchema, 'schema' | 'dependencies'>): SchemaNode {
  const others = new Map(dependencies.map((each) => [each.name, parseText(each.schema)]));
  return new SchemaParser(parseText(schema), others).root();
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SerdeError(`not a JSON Schema: ${text}`, { cause: error });
  }
}

/** References within references end somewhere: a schema that contains itself has no SQL type. */
const DEPTH_MAX = 100;

class SchemaParser {
  readonly #document: unknown;
  readonly #others: ReadonlyMap<string, unknown>;

  constructor(document: unknown, others: ReadonlyMap<string, unknown>) {
    this.#document = document;
    this.#others = others;
  }

  root(): SchemaNode {
    return this.#node(this.#document, 0);
  }

  #node(json: unknown, depth: number): SchemaNode {
    if (depth > DEPTH_MAX) throw new SerdeError('the JSON Schema contains itself');
    if (!isObject(json)) return { kind: 'object', fields: [], values: undefined };
    const { $ref } = json;
    if (typeof $ref === 'string') return this.#node(this.#resolve($ref), depth + 1);
    for (const name of ['oneOf', 'anyOf', 'allOf']) {
      const parts = json[name];
      if (Array.isArray(parts)) return this.#combined(json, name, parts, depth + 1);
    }
    const { type } = json;
    if (Array.isArray(type))
      return this.#combined(
        json,
        'oneOf',
        type.map((each: unknown) => ({ ...json, type: each })),
        depth + 1,
      );
    if (type === undefined && ('enum' in json || 'const' in json))
      return { kind: 'string', notes: notesOf(json) };
    return this.#typed(json, type, depth + 1);
  }

  #typed(json: JsonObject, type: unknown, depth: number): SchemaNode {
    switch (type) {
      case 'null':
      case 'boolean':
        return { kind: type };
      case 'integer':
      case 'number':
      case 'string':
        return { kind: type, notes: notesOf(json) };
      case 'array': {
        const items = json['items'];
        const isMap = json['connect.type'] === 'map';
        return { kind: 'array', items: isObject(items) ? this.#node(items, depth) : undefined, isMap };
      }
      default:
        return this.#object(json, depth);
    }
  }

  #object(json: JsonObject, depth: number): SchemaNode {
    const { properties, additionalProperties, required } = json;
    const isMap = json['connect.type'] === 'map' || (!isObject(properties) && isObject(additionalProperties));
    if (isMap) {
      return { kind: 'object', fields: [], values: this.#node(additionalProperties, depth) };
    }
    const names: readonly unknown[] = Array.isArray(required) ? required : [];
    const fields = Object.entries(isObject(properties) ? properties : {}).map(([name, each], position) => ({
      name,
      node: this.#node(each, depth),
      isRequired: names.includes(name),
      fallback: isObject(each) ? each['default'] : undefined,
      index: isObject(each) && typeof each['connect.index'] === 'number' ? each['connect.index'] : position,
    }));
    return { kind: 'object', fields: fields.toSorted((a, b) => a.index - b.index), values: undefined };
  }

  #combined(json: JsonObject, name: string, parts: readonly unknown[], depth: number): SchemaNode {
    const nodes = parts.map((part) => this.#node(part, depth));
    const choices = nodes.filter(({ kind }) => kind !== 'null');
    const [only] = choices;
    if (only === undefined) return { kind: 'null' };
    if (choices.length === 1) return only;
    if (name === 'allOf' && choices.every((node) => node.kind === 'object')) {
      const own = 'properties' in json ? [this.#object(json, depth)] : [];
      const fields = [...choices, ...own].flatMap((node) => (node.kind === 'object' ? node.fields : []));
      return { kind: 'object', fields, values: undefined };
    }
    return { kind: 'choice', choices };
  }

  #resolve(ref: string): unknown {
    const [file = '', fragment = ''] = ref.split('#');
    const document = file === '' ? this.#document : this.#others.get(file);
    if (document === undefined) throw new SerdeError(`the JSON Schema refers to what is not there: ${ref}`);
    let at: unknown = document;
    for (const part of fragment.split('/').filter((each) => each !== '')) {
      const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
      at = isObject(at) ? at[name] : undefined;
    }
    if (at === undefined) throw new SerdeError(`the JSON Schema refers to what is not there: ${ref}`);
    return at;
  }
}

function notesOf(json: JsonObject): SchemaNotes {
  const { title } = json;
  const connectType = json['connect.type'];
  const parameters = json['connect.parameters'];
  return {
    ...(typeof title === 'string' ? { title } : {}),
    ...(typeof connectType === 'string' ? { connectType } : {}),
    parameters: isObject(parameters) ? parameters : {},
  };
}

function isObject(json: unknown): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
