import { SerdeError } from '../model/serde-error.ts';
import { AvroOutput } from './output.ts';
import type { AvroField, AvroType } from './schema-tree.ts';
import { ENVELOPE_BYTES } from '../schemas/envelope.ts';

/**
 * The bytes of what a field has that no column is for: its default, or null where it may be one. Undefined where it has
 * neither. @throws {SerdeError} for a default that is not of the field's type.
 */
export function defaultBytes({ name, type, fallback }: AvroField): Buffer | undefined {
  const output = new AvroOutput(0);
  output.begin();
  if (fallback !== undefined) put(output, type, fallback, name);
  else if (type.kind === 'union' && type.branches.some(({ kind }) => kind === 'null')) {
    output.int(type.branches.findIndex(({ kind }) => kind === 'null'));
  } else if (type.kind !== 'null') return undefined;
  return output.take().subarray(ENVELOPE_BYTES);
}

/** Writes a default as the JSON of a schema has it: bytes are text of their code points, a union has the first branch. */
function put(output: AvroOutput, type: AvroType, json: unknown, path: string): void {
  const wrong = (): SerdeError =>
    new SerdeError(`Invalid default for field ${path}: ${JSON.stringify(json)}`);
  switch (type.kind) {
    case 'null':
      if (json !== null) throw wrong();
      return;
    case 'boolean':
      if (typeof json !== 'boolean') throw wrong();
      output.boolean(json);
      return;
    case 'int':
    case 'long':
    case 'float':
    case 'double':
      if (typeof json !== 'number') throw wrong();
      output[type.kind](json);
      return;
    case 'union': {
      const [first] = type.branches;
      if (first === undefined) throw wrong();
      output.int(0);
      put(output, first, json, path);
      return;
    }
    default:
      putOther(output, type, json, { path, wrong });
  }
}

function putOther(
  output: AvroOutput,
  type: AvroType,
  json: unknown,
  { path, wrong }: { readonly path: string; readonly wrong: () => SerdeError },
): void {
  if (type.kind === 'array') {
    if (!Array.isArray(json)) throw wrong();
    if (json.length > 0) output.int(json.length);
    const items: readonly unknown[] = json;
    for (const item of items) put(output, type.items, item, path);
    output.int(0);
    return;
  }
  if (type.kind === 'map' || type.kind === 'record') {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) throw wrong();
    const given = new Map<string, unknown>(Object.entries(json));
    if (type.kind === 'record') {
      for (const field of type.fields) put(output, field.type, given.get(field.name) ?? field.fallback, path);
      return;
    }
    if (given.size > 0) output.int(given.size);
    for (const [key, value] of given) {
      output.text(key);
      put(output, type.values, value, path);
    }
    output.int(0);
    return;
  }
  if (typeof json !== 'string') throw wrong();
  if (type.kind === 'string') output.text(json);
  else if (type.kind === 'bytes') output.bytes(Buffer.from(json, 'latin1'));
  else if (type.kind === 'fixed') output.fixed(Buffer.from(json, 'latin1'), type.size);
  else if (type.kind === 'enum') output.int(type.symbols.indexOf(json));
}
