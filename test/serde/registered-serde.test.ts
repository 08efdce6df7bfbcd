import { describe, expect, it } from 'vitest';
import type { FormatSchemas, InferenceOptions } from '../../src/serde/contract/format.ts';
import { STRING } from '../../src/serde/model/sql-type.ts';
import { ENVELOPE_BYTES, putSchemaId, schemaIdOf } from '../../src/serde/schemas/envelope.ts';
import { MemoryRegistry } from '../../src/sql/testing/memory-registry.ts';
import type {
  RegisteredSchema,
  SchemaReference,
  SchemaText,
  SchemaType,
  SubjectSchema,
} from '../../src/serde/schemas/registered-schema.ts';
import { registeredSerde } from '../../src/serde/contract/registered-serde.ts';
import { RegistryError, type SchemaRegistryClient } from '../../src/serde/schemas/registry-client.ts';
import {
  type SchemaLookup,
  type SerdeSchemas,
  UnknownSchemaId,
} from '../../src/serde/schemas/schema-lookup.ts';
import { SerdeError } from '../../src/serde/model/serde-error.ts';

const avro = (schema: string, references: readonly SchemaReference[] = []): SchemaText => {
  const type: SchemaType = 'AVRO';
  return { type, schema, references };
};

describe('the envelope', () => {
  it('is a zero and an unsigned id', () => {
    const bytes = Buffer.alloc(ENVELOPE_BYTES);
    putSchemaId(bytes, 0x89abcdef);
    expect(bytes.toString('hex')).toBe('0089abcdef');
    expect(schemaIdOf(bytes)).toBe(0x89abcdef);
  });

  it('is missed where there is none', () => {
    for (const hex of ['', '00000001', '0100000001', '7b7d']) {
      expect(() => schemaIdOf(Buffer.from(hex, 'hex')), hex).toThrow(SerdeError);
    }
  });
});

describe('a registry in memory', () => {
  it('gives one schema one id, and each subject versions of its own', async () => {
    const registry: SchemaRegistryClient = new MemoryRegistry();
    const first = await registry.register('a-value', avro('"int"'));
    const again = await registry.register('a-value', avro('"int"'));
    const other = await registry.register('a-value', avro('"long"'));
    const elsewhere: RegisteredSchema = await registry.register('b-value', avro('"int"'));
    expect([first.id, again.id, other.id, elsewhere.id]).toEqual([1, 1, 2, 1]);
    const latest: SubjectSchema | undefined = await registry.latest('a-value');
    expect(latest).toMatchObject({ version: 2, id: 2 });
    expect(await registry.lookup('a-value', avro('"int"'))).toMatchObject({ version: 1 });
    expect(await registry.lookup('b-value', avro('"long"'))).toBeUndefined();
    expect(await registry.byId(2)).toMatchObject({ schema: '"long"' });
    expect(await registry.byId(3)).toBeUndefined();
    expect(await registry.subjects()).toEqual(['a-value', 'b-value']);
  });

  it('resolves references, those of references first', () => {
    const registry = new MemoryRegistry();
    registry.registerNow('one', avro('1'));
    registry.registerNow('two', avro('2', [{ name: 'One', subject: 'one', version: 1 }]));
    const three = registry.registerNow('three', avro('3', [{ name: 'Two', subject: 'two', version: 1 }]), 77);
    expect(three.id).toBe(77);
    expect(three.dependencies).toEqual([
      { name: 'One', schema: '1' },
      { name: 'Two', schema: '2' },
    ]);
    const missing = avro('4', [{ name: 'X', subject: 'x', version: 1 }]);
    expect(() => registry.registerNow('four', missing)).toThrow(RegistryError);
  });
});

/** A format whose bytes are the text of its only column, with the schema's text before it. */
const tagged = {
  type: 'AVRO',
  toSchema: ({ side }) => avro(`"${side}"`),
  toColumns: (schema, { side }: InferenceOptions) => [{ name: `${side}${schema.id}`, type: STRING }],
} satisfies FormatSchemas;

describe('the serde of a registered format', () => {
  it('compiles a reader for each id, once, and asks for what is not known', () => {
    const registry = new MemoryRegistry();
    const written = registry.registerNow(
      't-value',
      tagged.toSchema({ columns: [], side: 'value', features: new Set(), properties: {} }),
    );
    const known = new Map([[written.id, written as RegisteredSchema]]);
    const lookup: SchemaLookup = { byId: (id) => known.get(id) };
    const schemas: SerdeSchemas = { lookup, written: () => written };
    const compiled: number[] = [];
    const serde = registeredSerde(schemas, {
      reader: (schema) => {
        compiled.push(schema.id);
        return (bytes) => [schema.schema, bytes.toString('utf8', ENVELOPE_BYTES)];
      },
      writer: (schema) => () => {
        const bytes = Buffer.concat([Buffer.alloc(ENVELOPE_BYTES), Buffer.from('x')]);
        putSchemaId(bytes, schema.id);
        return bytes;
      },
    });
    const bytes = serde.serialize(['x']);
    expect(serde.deserialize(bytes)).toEqual(['"value"', 'x']);
    expect(serde.serialize(null)).toBeNull();
    expect(serde.deserialize(null)).toBeNull();
    const other = Buffer.from(bytes ?? '');
    putSchemaId(other, 9);
    expect(() => serde.deserialize(other)).toThrow(UnknownSchemaId);
    known.set(9, { ...written, id: 9, schema: '"other"' });
    expect(serde.deserialize(other)).toEqual(['"other"', 'x']);
    expect(serde.deserialize(bytes)).toEqual(['"value"', 'x']);
    expect(compiled).toEqual([1, 9]);
    expect(() => serde.deserialize(Buffer.from('{}'))).toThrow('Unknown magic byte!');
  });
});
