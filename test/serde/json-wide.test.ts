import { expect, it } from 'vitest';
import { formatOf } from '../../src/serde/formats.ts';
import type { FormatColumn } from '../../src/serde/contract/format.ts';

it.each([1, 2, 500, 501, 4_000])(
  'an object of %i fields is written as JSON writes it, and read again',
  (count) => {
    const columns = Array.from({ length: count }, (_, index): FormatColumn => {
      return { name: `c"${index}`, type: { kind: index % 2 === 0 ? 'INTEGER' : 'STRING' } };
    });
    const row = columns.map((_, index) =>
      index % 5 === 4 ? null : index % 2 === 0 ? index : `a "${index}"`,
    );
    const serde = formatOf('JSON').createSerde({
      columns,
      side: 'value',
      features: new Set(),
      properties: {},
    });
    const bytes = serde.serialize(row);
    const object = Object.fromEntries(columns.map(({ name }, index) => [name, row[index]]));
    expect(bytes?.toString()).toBe(JSON.stringify(object));
    expect(serde.deserialize(bytes)).toEqual(row);
  },
);
