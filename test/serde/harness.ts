import fc from 'fast-check';
import type { FormatColumn, RowSerde } from '../../src/serde/contract/format.ts';
import { Decimal, formatOf, type SqlType, type SqlValue } from '../../src/serde/index.ts';
import { MemoryRegistry } from '../../src/sql/testing/memory-registry.ts';
import { int64 } from '../../src/serde/model/int64.ts';
import { parseSchema } from '../../src/sql/types/index.ts';

export interface SerdeChoice {
  readonly side?: 'key' | 'value';
  readonly wrap?: boolean;
  readonly properties?: Readonly<Record<string, string>>;
}

/** The serde of a format for columns given as schema text. */
export function serdeOf(format: string, schema: string, choice: SerdeChoice = {}): RowSerde {
  const columns: readonly FormatColumn[] = parseSchema(schema).columns;
  const spec = {
    columns,
    side: choice.side ?? ('value' as const),
    features: new Set(
      choice.wrap === undefined
        ? []
        : [choice.wrap ? ('WRAP_SINGLES' as const) : ('UNWRAP_SINGLES' as const)],
    ),
    properties: choice.properties ?? {},
  };
  formatOf(format).validate(spec);
  const { schemas } = formatOf(format);
  if (schemas === undefined) return formatOf(format).createSerde(spec);
  const registry = new MemoryRegistry();
  const written = registry.registerNow('topic-value', schemas.toSchema(spec));
  return formatOf(format).createSerde(spec, {
    lookup: { byId: (id) => registry.byIdNow(id) },
    written: () => written,
  });
}

/** Arbitrary values of a type, nulls included. */
export function valuesOf(type: SqlType): fc.Arbitrary<SqlValue> {
  return fc.option(definiteValuesOf(type), { freq: 8 });
}

export function definiteValuesOf(type: SqlType): fc.Arbitrary<SqlValue> {
  switch (type.kind) {
    case 'BOOLEAN':
      return fc.boolean();
    case 'INTEGER':
    case 'DATE':
      return fc.integer();
    case 'TIME':
      return fc.integer({ min: 0, max: 86_399_999 });
    case 'TIMESTAMP':
      return fc.maxSafeInteger();
    case 'BIGINT':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(int64);
    case 'DOUBLE':
      return fc.double({ noDefaultInfinity: true, noNaN: true });
    case 'STRING':
      return fc.string({ unit: 'grapheme', maxLength: 12 });
    case 'BYTES':
      return fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes));
    case 'DECIMAL': {
      const limit = 10n ** BigInt(type.precision) - 1n;
      return fc.bigInt({ min: -limit, max: limit }).map((unscaled) => new Decimal(unscaled, type.scale));
    }
    case 'ARRAY':
      return fc.array(valuesOf(type.element), { maxLength: 4 });
    case 'MAP':
      return fc
        .array(fc.tuple(definiteValuesOf(type.key), valuesOf(type.value)), { maxLength: 4 })
        .map((entries) => new Map(entries));
    case 'STRUCT':
      return fc.tuple(...type.fields.map((field) => valuesOf(field.type)));
  }
}
