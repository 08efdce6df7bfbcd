import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteWriter } from '../../src/serde/json/byte-writer.ts';
import { fieldsWriter } from '../../src/serde/json/writer.ts';
import type { Row } from '../../src/serde/model/sql-value.ts';
import { parseSchema } from '../../src/sql/types/index.ts';

const schema = 'A BIGINT, `b c` STRING, D DOUBLE, E INTEGER, F BOOLEAN, G TIMESTAMP, H DATE, I TIME';
const { columns } = parseSchema(schema);
const text = fieldsWriter(columns);
const written = (row: Row): string | undefined => byteWriter(columns)?.(row)?.toString('utf8');

describe('rows that are written into bytes', () => {
  it('are those that are written as text, whatever their values', () => {
    const whole = fc.oneof(
      fc.maxSafeInteger(),
      fc.integer(),
      fc.constantFrom(
        0,
        9,
        10,
        999_999_999,
        1_000_000_000,
        1_000_000_001,
        -1_999_999_999,
        2 ** 53 - 1,
        1 - 2 ** 53,
      ),
    );
    const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value);
    const rows = fc.tuple(
      orNull(fc.oneof(whole, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))),
      orNull(fc.oneof(fc.string({ maxLength: 140 }), fc.string({ unit: 'binary' }))),
      orNull(fc.double()),
      orNull(fc.integer()),
      orNull(fc.boolean()),
      orNull(whole),
      orNull(fc.integer()),
      orNull(fc.nat(86_399_999)),
    );
    const write = byteWriter(columns);
    const earlier: [Buffer, string][] = [];
    fc.assert(
      fc.property(rows, (row) => {
        const bytes = write?.(row);
        if (bytes !== undefined) {
          expect(bytes.toString('latin1')).toBe(text(row));
          earlier.push([bytes, text(row)]);
        }
      }),
      { numRuns: 2_000 },
    );
    // Each keeps its bytes, whatever is written after it.
    for (const [bytes, as] of earlier) expect(bytes.toString('latin1')).toBe(as);
    expect(earlier.length).toBeGreaterThan(100);
  });

  it('have room, however long they are and wherever the memory of the rows before them ends', () => {
    const longest = parseSchema('A STRING, B STRING, C BIGINT, D DOUBLE').columns;
    const write = byteWriter(longest);
    const asText = fieldsWriter(longest);
    for (let count = 0; count < 500; count++) {
      const row = ['a'.repeat(128), 'b'.repeat(count % 129), 1 - 2 ** 53, -1.7976931348623157e308];
      expect(write?.(row)?.toString('latin1')).toBe(asText(row));
    }
  });

  it('have plain values; others are left to the writer of texts', () => {
    expect(written([-12, 'x', 0.5, 7, true, 1_700_000_000_000, null, 0])).toBe(
      '{"A":-12,"b c":"x","D":0.5,"E":7,"F":true,"G":1700000000000,"H":null,"I":0}',
    );
    for (const odd of ['"', '\\', 'é', '\n', '\u007f', 'x'.repeat(129)])
      expect(written([1, odd, null, null, null, null, null, null])).toBeUndefined();
    expect(written([2n ** 60n, '', null, null, null, null, null, null])).toBeUndefined();
  });

  it('have columns of plain types, with names in ASCII, and not too many', () => {
    expect(byteWriter([])).toBeUndefined();
    expect(byteWriter(parseSchema('A ARRAY<INT>').columns)).toBeUndefined();
    expect(byteWriter(parseSchema('`é` INT').columns)).toBeUndefined();
    const many = Array.from({ length: 20 }, (_, index) => `C${index} STRING`).join(', ');
    expect(byteWriter(parseSchema(many).columns)).toBeUndefined();
  });
});
