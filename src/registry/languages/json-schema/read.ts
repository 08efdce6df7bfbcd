import { InvalidSchemaError } from '../invalid-schema.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json-text.ts';
import type {
  Annotations,
  ArraySchema,
  CombinedSchema,
  Criterion,
  Further,
  JsonSchemaNode,
  NumberSchema,
  ObjectSchema,
  StringSchema,
} from './model.ts';
import { countOf, entriesOf, limitsOf, numberOf, textOf, textSet } from './keywords.ts';

const CRITERIA: readonly Criterion[] = ['allOf', 'anyOf', 'oneOf'];
const TYPES = ['string', 'number', 'integer', 'object', 'array', 'boolean', 'null'] as const;
type TypeName = (typeof TYPES)[number];

/** Keywords that say which type a schema without `type` is about. */
const SNIFFED: Readonly<Partial<Record<TypeName, readonly string[]>>> = {
  array: ['items', 'prefixItems', 'additionalItems', 'minItems', 'maxItems', 'uniqueItems', 'contains'],
  object: [
    ...['properties', 'required', 'minProperties', 'maxProperties', 'dependencies', 'patternProperties'],
    ...['additionalProperties', 'propertyNames', 'dependentRequired', 'dependentSchemas'],
  ],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  string: ['minLength', 'maxLength', 'pattern', 'format'],
};

/** Finds what a `$ref` leads to. */
type RefFinder = (ref: string, from: JsonObject) => JsonValue;

/** Makes the model of a text. One part of the text is one object of the model, so that a schema that holds itself ends. */
export class JsonSchemaReader {
  readonly #find: RefFinder;
  readonly #nodes = new Map<JsonObject, JsonSchemaNode>();

  constructor(find: RefFinder) {
    this.#find = find;
  }

  /** @throws {InvalidSchemaError} */
  node(json: JsonValue): JsonSchemaNode {
    if (json === true) return { kind: 'any' };
    if (json === false) return { kind: 'none' };
    if (!isJsonObject(json)) throw new InvalidSchemaError('a schema is neither an object nor a boolean');
    const known = this.#nodes.get(json);
    if (known !== undefined) return known;
    const node = this.#object(json);
    this.#nodes.set(json, node);
    return node;
  }

  #object(json: JsonObject): JsonSchemaNode {
    const annotations: Annotations = { default: json.get('default') };
    const ref = json.get('$ref');
    if (typeof ref === 'string') {
      const target = this.#find(ref, json);
      return { ...annotations, kind: 'reference', target: () => this.node(target) };
    }
    const parts = this.#parts(json);
    const [first] = parts;
    if (first === undefined) return { ...annotations, kind: 'any' };
    if (parts.length === 1) return { ...first, ...annotations };
    return { ...annotations, kind: 'combined', criterion: 'allOf', schemas: combinedFirst(parts) };
  }

  /** What a schema says that has to hold together, in the order in which Everit takes it out. */
  #parts(json: JsonObject): JsonSchemaNode[] {
    const parts: JsonSchemaNode[] = [];
    const values = json.get('enum');
    if (isJsonArray(values)) parts.push({ kind: 'enum', values });
    for (const criterion of CRITERIA) {
      const list = json.get(criterion);
      if (isJsonArray(list)) parts.push(this.#combined(criterion, list));
    }
    const not = json.get('not');
    if (not !== undefined) parts.push({ kind: 'not', schema: this.node(not) });
    const value = json.get('const');
    if (value !== undefined) parts.push({ kind: 'const', value });
    if (['if', 'then', 'else'].some((word) => json.has(word))) parts.push({ kind: 'conditional' });
    return [...parts, ...this.#typed(json)];
  }

  #combined(criterion: Criterion, list: readonly JsonValue[]): CombinedSchema {
    return { kind: 'combined', criterion, schemas: combinedFirst(list.map((one) => this.node(one))) };
  }

  #typed(json: JsonObject): JsonSchemaNode[] {
    const type = json.get('type');
    if (typeof type === 'string') return [this.#ofType(typeName(type), json)];
    const sniffed = TYPES.filter((name) => SNIFFED[name]?.some((word) => json.has(word)) === true);
    const found = sniffed.map((name) => this.#ofType(name, json));
    if (!isJsonArray(type)) return found;
    // What is said of one of the types stands beside them.
    const names = type.map((name) => typeName(typeof name === 'string' ? name : ''));
    const schemas = names.map((name) => this.#ofType(name, new Map()));
    return [...found, { kind: 'combined', criterion: 'anyOf', schemas }];
  }

  #ofType(type: TypeName, json: JsonObject): JsonSchemaNode {
    switch (type) {
      case 'string':
        return stringSchema(json);
      case 'number':
      case 'integer':
        return numberSchema(json, type === 'integer');
      case 'object':
        return this.#objectSchema(json);
      case 'array':
        return this.#arraySchema(json);
      case 'boolean':
      case 'null':
        return { kind: type };
    }
  }

  #objectSchema(json: JsonObject): ObjectSchema {
    const [arrays, schemas] = [new Map<string, ReadonlySet<string>>(), new Map<string, JsonSchemaNode>()];
    for (const [name, value] of entriesOf(json, 'dependencies')) {
      if (isJsonArray(value)) arrays.set(name, textSet(value));
      else schemas.set(name, this.node(value));
    }
    for (const [name, value] of entriesOf(json, 'dependentRequired')) arrays.set(name, textSet(value));
    for (const [name, value] of entriesOf(json, 'dependentSchemas')) schemas.set(name, this.node(value));
    const patterns = entriesOf(json, 'patternProperties');
    return {
      kind: 'object',
      properties: new Map(entriesOf(json, 'properties').map(([name, value]) => [name, this.node(value)])),
      required: textSet(json.get('required')),
      patternProperties: patterns.map(([pattern, value]) => [pattern, this.node(value)]),
      additionalProperties: this.#further(json.get('additionalProperties')),
      propertyDependencies: arrays,
      schemaDependencies: schemas,
      maxProperties: countOf(json, 'maxProperties'),
      minProperties: countOf(json, 'minProperties'),
    };
  }

  #arraySchema(json: JsonObject): ArraySchema {
    const items = json.get('items');
    const prefix = json.get('prefixItems') ?? (isJsonArray(items) ? items : undefined);
    // From draft 2020-12 on, `items` are those behind the prefix.
    const further = json.has('prefixItems') ? items : json.get('additionalItems');
    return {
      kind: 'array',
      items: prefix === undefined && items !== undefined ? this.node(items) : undefined,
      prefix: isJsonArray(prefix) ? prefix.map((one) => this.node(one)) : [],
      additionalItems: prefix === undefined ? undefined : this.#further(further),
      isUnique: json.get('uniqueItems') === true,
      maxItems: countOf(json, 'maxItems'),
      minItems: countOf(json, 'minItems'),
      maxContains: countOf(json, 'maxContains'),
      minContains: countOf(json, 'minContains'),
    };
  }

  #further(json: JsonValue | undefined): Further {
    if (json === undefined || json === true) return undefined;
    return json === false ? false : this.node(json);
  }
}

function stringSchema(json: JsonObject): StringSchema {
  return {
    kind: 'string',
    maxLength: countOf(json, 'maxLength'),
    minLength: countOf(json, 'minLength'),
    pattern: textOf(json, 'pattern'),
  };
}

function numberSchema(json: JsonObject, isInteger: boolean): NumberSchema {
  const [maximum, minimum] = [limitsOf(json, 'maximum'), limitsOf(json, 'minimum')];
  return {
    kind: 'number',
    isInteger,
    maximum: maximum.limit,
    minimum: minimum.limit,
    exclusiveMaximum: maximum.exclusive,
    exclusiveMinimum: minimum.exclusive,
    multipleOf: numberOf(json, 'multipleOf'),
  };
}

function typeName(name: string): TypeName {
  const found = TYPES.find((one) => one === name);
  if (found === undefined) throw new InvalidSchemaError(`unknown type: [${name}]`);
  return found;
}

/** Combined schemas come before others, as in Everit. */
function combinedFirst(schemas: readonly JsonSchemaNode[]): readonly JsonSchemaNode[] {
  const isCombined = ({ kind }: JsonSchemaNode): boolean => kind === 'combined';
  return [...schemas.filter(isCombined), ...schemas.filter((schema) => !isCombined(schema))];
}
