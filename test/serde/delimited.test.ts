import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, SerdeError } from '../../src/serde/index.ts';
import { parseSchema } from '../../src/sql/types/index.ts';
import { serdeOf, valuesOf } from './harness.ts';

const flat =
  'A BOOLEAN, B INTEGER, C BIGINT, D DOUBLE, E DECIMAL(30, 12), F STRING, G BYTES, H DATE, I TIME, J TIMESTAMP';

describe('DELIMITED rows', () => {
  it.each([',', ';', 'TAB', 'SPACE', '|', '-', ']'])('come back as they went, delimiter %s', (delimiter) => {
    const columns = parseSchema(flat).columns;
    const serde = serdeOf('DELIMITED', flat, { properties: { delimiter } });
    fc.assert(
      fc.property(fc.tuple(...columns.map((column) => valuesOf(column.type))), (row) => {
        // An empty text or no bytes cannot be told from null.
        const expected = row.map((value) =>
          value === '' || (Buffer.isBuffer(value) && value.length === 0) ? null : value,
        );
        expect(serde.deserialize(serde.serialize(row))).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('are quoted as commons-csv does', () => {
    const text = (...row: (string | number | null)[]): string | undefined =>
      serdeOf('DELIMITED', row.map((_, index) => `C${index} STRING`).join(', '))
        .serialize(row)
        ?.toString();
    expect(text('a', 'b')).toBe('a,b');
    expect(text('a,b', 'c"d')).toBe('"a,b","c""d"');
    expect(text(' a', 'b ')).toBe('" a","b "');
    expect(text('x', '#c')).toBe('x,"#c"');
    expect(text('-10', '-10')).toBe('"-10",-10');
    expect(text('é', 'é')).toBe('"é",é');
    expect(text('', '')).toBe('"",');
    expect(text(null, 'a', null)).toBe(',a,');
    expect(text('a\nb', 'c')).toBe('"a\nb",c');
  });

  it('print numbers as Java does', () => {
    const serde = serdeOf('DELIMITED', 'A DOUBLE, B DECIMAL(4, 2), C BIGINT, D BYTES');
    expect(serde.serialize([1e10, new Decimal(100n, 2), 2n ** 62n, Buffer.from('a')])?.toString()).toBe(
      '1.0E10,1.00,4611686018427387904,YQ==',
    );
  });

  it('have no TIME beyond the day', () => {
    const serde = serdeOf('DELIMITED', 'A TIME');
    expect(serde.deserialize(Buffer.from('86399999'))).toEqual([86_399_999]);
    for (const text of ['-1', '86400000', '9223372036854775807'])
      expect(() => serde.deserialize(Buffer.from(text)), text).toThrow(SerdeError);
  });

  it('must have as many fields as there are columns, of their types', () => {
    const serde = serdeOf('DELIMITED', 'A INT, B DECIMAL(3, 1)');
    expect(serde.deserialize(Buffer.from('1,'))).toEqual([1, null]);
    expect(serde.deserialize(Buffer.from('\n1,2\n'))).toEqual([1, new Decimal(20n, 1)]);
    for (const text of [
      '1',
      '1,2,3',
      '',
      'x,1',
      '1.5,1',
      '1,1.25',
      '1,100',
      '"1,2',
      '"1"x,2',
      '2147483648,1',
    ]) {
      expect(() => serde.deserialize(Buffer.from(text)), text).toThrow(SerdeError);
    }
  });

  it('are null bytes for a null row and for a single null', () => {
    expect(serdeOf('DELIMITED', 'A INT, B INT').serialize(null)).toBeNull();
    expect(serdeOf('DELIMITED', 'A INT').serialize([null])).toBeNull();
    expect(serdeOf('DELIMITED', 'A INT').deserialize(null)).toBeNull();
  });
});
