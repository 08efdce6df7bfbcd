import { defaultBytes } from '../avro/default-bytes.ts';
import type { AvroField, AvroType } from '../avro/schema-tree.ts';
import { SerdeError } from '../model/serde-error.ts';
import { putEntry } from './generated-record.ts';

/** Makes the default of a field, anew at each call. @throws {SerdeError} for one that is not of the field's type. */
export function avroDefault(field: AvroField): () => unknown {
  // Writing it checks it.
  defaultBytes(field);
  return () => valueOf(field.type, field.fallback);
}

/** A default as the JSON of a schema has it: bytes are text of their code points, a union has the first branch. */
function valueOf(type: AvroType, json: unknown): unknown {
  switch (type.kind) {
    case 'bytes':
    case 'fixed':
      return Buffer.from(String(json), 'latin1');
    case 'union': {
      const [first] = type.branches;
      if (first === undefined) throw new SerdeError('a default of a union without branches');
      return valueOf(first, json);
    }
    case 'array': {
      const items: readonly unknown[] = Array.isArray(json) ? json : [];
      return items.map((item) => valueOf(type.items, item));
    }
    case 'map': {
      const out: Record<string, unknown> = {};
      for (const [key, value] of entriesOf(json)) putEntry(out, key, valueOf(type.values, value));
      return out;
    }
    case 'record': {
      const given = new Map(entriesOf(json));
      const out: Record<string, unknown> = {};
      for (const { name, type: inner, fallback } of type.fields)
        putEntry(out, name, valueOf(inner, given.has(name) ? given.get(name) : fallback));
      return out;
    }
    default:
      return json;
  }
}

const entriesOf = (json: unknown): [string, unknown][] =>
  typeof json === 'object' && json !== null ? Object.entries(json) : [];
