import { isJsonObject, type Json, toText } from '../json/coercion.ts';
import { JsonNumber } from '../json/exact-parser.ts';
import { quoteJson } from '../json/text.ts';
import { SerdeError } from '../model/serde-error.ts';
import type { SchemaNode } from './schema-node.ts';

/** What Connect calls the fields of a struct that a choice of types becomes; a number follows. */
const CHOICE = 'io.confluent.connect.json.OneOf.field.';

export const choiceName = (index: number): string => `${CHOICE}${index}`;

/** The choice that a field of such a struct is for, in whatever letters; -1 for another field. */
export function choiceIndex(name: string): number {
  const digits = name.slice(CHOICE.length);
  return name.slice(0, CHOICE.length).toUpperCase() === CHOICE.toUpperCase() && /^[0-9]+$/.test(digits)
    ? Number(digits)
    : -1;
}

/** Puts values into the form in which they are read. @throws {SerdeError} for a value that is none of the choices. */
type Shaper = (json: Json) => Json;

/**
 * Makes values that may be of several types the structs that Connect makes of them: an object with the one field of the
 * choice that the value is. Undefined for a schema without choices, whose values are as they are.
 */
export function choiceShaper(node: SchemaNode | undefined): Shaper | undefined {
  switch (node?.kind) {
    case 'choice':
      return choosing(node.choices);
    case 'array': {
      const shape = choiceShaper(node.items);
      return shape && ((json) => (Array.isArray(json) ? json.map(shape) : json));
    }
    case 'object': {
      const values = choiceShaper(node.values);
      if (values !== undefined) return (json) => withFields(json, Object.keys(objectOf(json)), () => values);
      const shapers = new Map(
        node.fields.flatMap((field) => {
          const shape = choiceShaper(field.node);
          return shape === undefined ? [] : [[field.name, shape] as const];
        }),
      );
      return shapers.size === 0
        ? undefined
        : (json) => withFields(json, shapers.keys(), (name) => shapers.get(name));
    }
    default:
      return undefined;
  }
}

function choosing(choices: readonly SchemaNode[]): Shaper {
  const shapers = choices.map(choiceShaper);
  return (json) => {
    if (json === null) return null;
    const index = chosen(choices, json);
    if (index === -1) {
      const shown = typeof json === 'string' ? quoteJson(json) : toText(json);
      throw new SerdeError(`Did not find matching oneof field for data: ${shown}`);
    }
    const shape = shapers[index];
    return { [choiceName(index)]: shape === undefined ? json : shape(json) };
  };
}

function withFields(
  json: Json,
  names: Iterable<string>,
  shaperOf: (name: string) => Shaper | undefined,
): Json {
  const object = objectOf(json);
  if (object === NO_FIELDS) return json;
  const shaped: Record<string, Json> = { ...object };
  for (const name of names) {
    const value = object[name];
    if (value !== undefined) shaped[name] = shaperOf(name)?.(value) ?? value;
  }
  return shaped;
}

const NO_FIELDS: { readonly [name: string]: Json } = {};

const objectOf = (json: Json): { readonly [name: string]: Json } => (isJsonObject(json) ? json : NO_FIELDS);

/** The first choice of the value's type; of several objects the one that has most of its fields. @returns -1 for none. */
function chosen(choices: readonly SchemaNode[], json: Json): number {
  let best = -1;
  let most = -1;
  for (const [index, choice] of choices.entries()) {
    if (isOfType(choice, json)) return index;
    const fields = commonFields(choice, json);
    if (fields > most) [best, most] = [index, fields];
  }
  return best;
}

function isOfType(node: SchemaNode, json: Json): boolean {
  switch (node.kind) {
    case 'boolean':
      return typeof json === 'boolean';
    case 'integer':
      return json instanceof JsonNumber ? json.isInteger : Number.isInteger(json);
    case 'number':
      return json instanceof JsonNumber || typeof json === 'number';
    case 'string':
      return typeof json === 'string';
    case 'array':
      return Array.isArray(json);
    case 'object':
      return node.values !== undefined && isJsonObject(json);
    default:
      return false;
  }
}

function commonFields(node: SchemaNode, json: Json): number {
  if (node.kind !== 'object' || node.values !== undefined || !isJsonObject(json)) return -1;
  return node.fields.filter(({ name }) => Object.hasOwn(json, name)).length;
}
