import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExactJson } from '../../src/serde/json/exact-parser.ts';
import { Decimal, SerdeError } from '../../src/serde/index.ts';
import { parseSchema } from '../../src/sql/types/index.ts';
import { serdeOf, valuesOf } from './harness.ts';

const everyType =
  'A BOOLEAN, B INTEGER, C BIGINT, D DOUBLE, E DECIMAL(30, 12), F STRING, G BYTES, H DATE, I TIME, J TIMESTAMP, ' +
  'K ARRAY<BIGINT>, L MAP<STRING, DECIMAL(5, 2)>, M STRUCT<X BIGINT, `y` ARRAY<STRUCT<Z DOUBLE>>>';

const read = (schema: string, text: string) => serdeOf('JSON', schema).deserialize(Buffer.from(text));
const write = (schema: string, row: Parameters<ReturnType<typeof serdeOf>['serialize']>[0]) =>
  serdeOf('JSON', schema).serialize(row)?.toString();

/** Doubles of JSON are read by way of decimals, which have one zero. */
function withoutMinusZero(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  return Array.isArray(value) ? value.map(withoutMinusZero) : value;
}

describe('JSON rows', () => {
  it('come back as they went, exactly', () => {
    const columns = parseSchema(everyType).columns;
    const serde = serdeOf('JSON', everyType);
    fc.assert(
      fc.property(fc.tuple(...columns.map((column) => valuesOf(column.type))), (row) => {
        const bytes = serde.serialize(row);
        expect(serde.deserialize(bytes)).toEqual(withoutMinusZero(row));
      }),
      { numRuns: 500 },
    );
  });

  it('keep integers beyond 2^53 and every digit of decimals', () => {
    expect(read('A BIGINT', '{"A": 9007199254740993}')).toEqual([9007199254740993n]);
    expect(read('A BIGINT', '{"A": -9223372036854775808}')).toEqual([-9223372036854775808n]);
    expect(read('A DECIMAL(21, 19)', '{"A": 10.1234512345123451234}')).toEqual([
      new Decimal(101234512345123451234n, 19),
    ]);
    expect(read('A DECIMAL(4, 2)', '{"A": 1e1}')).toEqual([new Decimal(1000n, 2)]);
    expect(read('A ARRAY<BIGINT>, B INTEGER', '{"A": [1, 12345678901234567], "B": 1}')).toEqual([
      [1, 12345678901234567n],
      1,
    ]);
  });

  it('are written as Java writes them, nulls too', () => {
    expect(write('A DOUBLE, B DOUBLE, C DOUBLE', [1, 1e10, 1e-5])).toBe('{"A":1.0,"B":1.0E10,"C":1.0E-5}');
    expect(write('A DOUBLE, B DOUBLE', [Number.NaN, Number.NEGATIVE_INFINITY])).toBe(
      '{"A":"NaN","B":"-Infinity"}',
    );
    expect(write('A DECIMAL(4, 2), B BYTES', [new Decimal(100n, 2), Buffer.from('a')])).toBe(
      '{"A":1.00,"B":"YQ=="}',
    );
    expect(write('A STRING, B STRUCT<X INT>', ['"\n\\é', [null]])).toBe('{"A":"\\"\\n\\\\é","B":{"X":null}}');
    expect(write('A INTEGER', [null])).toBe('{"A":null}');
    expect(write('A INTEGER', null)).toBeUndefined();
  });

  it('find fields by exact name first, then in any case', () => {
    expect(read('ID INT, `x` INT', '{"id": 1, "X": 2}')).toEqual([1, null]);
    expect(read('ID INT', '{"id": 1, "ID": 2}')).toEqual([2]);
    expect(read('ID STRUCT<F0 INT>', '{"Id": {"f0": 3}}')).toEqual([[3]]);
    expect(read('A INT', '{}')).toEqual([null]);
    expect(read('`constructor` STRING, `__proto__` STRING', '{"__proto__": "p"}')).toEqual([null, 'p']);
    const serde = serdeOf('JSON', 'ID INT');
    const texts = ['{"id": 1}', '{"Id": 2}', '{"ID": 3}', '{"iD": 4, "Id": 4}', '{}'];
    expect(texts.map((text) => serde.deserialize(Buffer.from(text)))).toEqual([[1], [2], [3], [4], [null]]);
  });

  it('have no TIME beyond the day', () => {
    expect(read('A TIME, B ARRAY<TIME>', '{"A": 86399999, "B": [0, null]}')).toEqual([86_399_999, [0, null]]);
    for (const time of [
      '-1',
      '86400000',
      '2147483647',
      '"90000000"',
      '"-1"',
      '4294967296',
      '1e30',
      '-0.9e9',
    ]) {
      for (const text of [`{"A": ${time}}`, `{"A":${time}}`, `{"A":1,"B":[${time}]}`]) {
        expect(() => read('A TIME', text.replace(/"A":1,"B":\[(.*)\]/, '"A":$1')), text).toThrow(SerdeError);
        if (text.includes('[')) expect(() => read('A INT, B ARRAY<TIME>', text), text).toThrow(SerdeError);
      }
    }
  });

  it('coerce as ksqlDB does', () => {
    expect(read('A INT, B BIGINT, C DOUBLE, D DECIMAL(3, 1)', '{"A":"1","B":"2","C":"3.5","D":"4"}')).toEqual(
      [1, 2, 3.5, new Decimal(40n, 1)],
    );
    expect(read('A INT', '{"A": 1.9}')).toEqual([1]);
    expect(read('A INT', '{"A": 2147483648}')).toEqual([-2147483648]);
    expect(read('A STRING', '{"A": 1.0}')).toEqual(['1.0']);
    expect(read('A STRING', '{"A": true}')).toEqual(['true']);
    expect(read('A STRING', '{"A": {"b": [1, "x"], "a": 1e5}}')).toEqual(['{"b":[1,"x"],"a":1E+5}']);
  });

  it('refuse what does not fit', () => {
    const wrong: readonly [string, string][] = [
      ['A INT', '{"A": true}'],
      ['A INT', '{"A": "x"}'],
      ['A BOOLEAN', '{"A": "true"}'],
      ['A ARRAY<INT>', '{"A": {}}'],
      ['A MAP<STRING, INT>', '{"A": []}'],
      ['A STRUCT<B INT>', '{"A": 1}'],
      ['A BYTES', '{"A": "!"}'],
      ['A DECIMAL(2, 1)', '{"A": 10.0}'],
      ['A DECIMAL(2, 1)', '{"A": 1.23}'],
      ['A INT', '[1]'],
      ['A INT', '{"A": 1'],
      ['A INT', ''],
    ];
    for (const [schema, text] of wrong) expect(() => read(schema, text), text).toThrow(SerdeError);
  });
});

describe('zero', () => {
  it.each(['-0', '-0.0', '-0e5', '-0.00E-3'])('%s is no negative number, wherever it stands', (zero) => {
    const schema = 'A DOUBLE, B INT, C BIGINT, D ARRAY<DOUBLE>, E STRUCT<F DOUBLE, G INT>';
    const text = `{"A":${zero},"B":${zero},"C":${zero},"D":[${zero}],"E":{"F":${zero},"G":${zero}}}`;
    expect(read(schema, text)).toEqual([0, 0, 0, [0], [0, 0]]);
    const serde = serdeOf('JSON', 'A DOUBLE, B INT');
    // More than one record of a layout, so that its own reader has it.
    for (let count = 0; count < 100; count++) {
      expect(serde.deserialize(Buffer.from(`{"A":${zero},"B":${count}}`))).toEqual([0, count]);
    }
  });

  it('has a sign where a text says so, and where a number is too small for a double', () => {
    expect(read('A DOUBLE, B DOUBLE', '{"A":"-0","B":-1e-400}')).toEqual([-0, -0]);
    expect(write('A DOUBLE', [-0])).toBe('{"A":-0.0}');
  });
});

describe('JSON of one column', () => {
  it('is bare as a key, an object as a value, unless chosen', () => {
    expect(serdeOf('JSON', 'A INT', { side: 'key' }).serialize([5])?.toString()).toBe('5');
    expect(serdeOf('JSON', 'A INT').serialize([5])?.toString()).toBe('{"A":5}');
    expect(serdeOf('JSON', 'A INT', { wrap: false }).serialize([5])?.toString()).toBe('5');
    expect(serdeOf('JSON', 'A INT', { wrap: false }).serialize([null])).toBeNull();
    expect(serdeOf('JSON', 'A STRING', { wrap: false }).deserialize(Buffer.from('"x"'))).toEqual(['x']);
    expect(serdeOf('JSON', 'A STRING', { wrap: false }).deserialize(Buffer.from('null'))).toEqual([null]);
  });
});

describe('the exact parser', () => {
  it('agrees with JSON.parse', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const strip = (json: unknown): unknown =>
          JSON.parse(
            JSON.stringify(json, (_, inner: unknown) =>
              inner !== null &&
              typeof inner === 'object' &&
              'text' in inner &&
              Object.keys(inner).length === 1
                ? Number(inner.text)
                : inner,
            ),
          );
        expect(strip(parseExactJson(JSON.stringify(value, null, 1)))).toEqual(
          JSON.parse(JSON.stringify(value)),
        );
      }),
    );
  });

  it('accepts what JSON.parse accepts, and nothing else', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '1',
      '-',
      '0',
      '.5',
      'e3',
      'true',
      'null',
      ' ',
      '"\\u00',
      '\\',
      '"',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
        const text = parts.join('');
        const accepts = (parse: (text: string) => unknown): boolean => {
          try {
            parse(text);
            return true;
          } catch {
            return false;
          }
        };
        expect(accepts(parseExactJson)).toBe(accepts((json) => JSON.parse(json) as unknown));
      }),
      { numRuns: 3000 },
    );
  });

  it('does not recurse without end', () => {
    expect(() => parseExactJson('['.repeat(100_000))).toThrow('deeper');
  });
});
