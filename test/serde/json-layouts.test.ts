import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LayoutColumns, layoutReader } from '../../src/serde/json/layout.ts';
import { LearntLayouts } from '../../src/serde/json/learnt-layouts.ts';
import { parseSchema } from '../../src/sql/types/index.ts';
import { serdeOf } from './harness.ts';

const flights = parseSchema('ID BIGINT, AIRPORT STRING, DELAY DOUBLE, GATE INTEGER, LATE BOOLEAN').columns;
const plain = '{"id":7,"airport":"OSL","delay":-1.5,"gate":null,"late":true}';

/** Reads by `JSON.parse`. */
function parsed(schema: string, text: string): unknown {
  const columns = parseSchema(schema).columns;
  // One column that no layout has makes the serde parse; it is not compared.
  const rows = serdeOf('JSON', `${schema}, \`~\` ARRAY<INT>`);
  try {
    return rows.deserialize(Buffer.from(text))?.slice(0, columns.length) ?? null;
  } catch (error) {
    return String(error);
  }
}

const read = (columns: LayoutColumns, sample: string, text = sample): unknown =>
  layoutReader(sample, columns)?.(Buffer.from(text));

describe('a layout of JSON', () => {
  it('reads texts that differ in their values', () => {
    const columns = { columns: flights, trailingNulls: 2 };
    expect(read(columns, plain)).toEqual([7, 'OSL', -1.5, null, true, null, null]);
    const other = '{"id":-999999999999999,"airport":"","delay":1e400,"gate":12,"late":null}';
    expect(read(columns, plain, other)).toEqual([-999999999999999, '', Infinity, 12, null, null, null]);
  });

  it('keeps white space, and leaves out what no column has or nobody reads', () => {
    const text = ' {"x": "y", "id": 7,\n"airport" :"OSL"}\n';
    const columns = { columns: flights, unread: new Set(['AIRPORT']) };
    expect(read(columns, text)).toEqual([7, null, null, null, null]);
    expect(read(columns, text, text.replace('"y"', '-3.25e1'))).toEqual([7, null, null, null, null]);
    expect(read(columns, text, text.replace('"OSL"', '"O\\u0053L"'))).toBeUndefined();
    expect(read(columns, text, text.replace('"OSL"', '17'))).toBeUndefined();
  });

  it.each([
    ['another order', '{"airport":"OSL","id":7,"delay":-1.5,"gate":null,"late":true}'],
    ['a field more', '{"id":7,"airport":"OSL","delay":-1.5,"gate":null,"late":true,"x":1}'],
    ['an escape', '{"id":7,"airport":"O\\"SL","delay":-1.5,"gate":null,"late":true}'],
    ['a control character', '{"id":7,"airport":"O\tSL","delay":-1.5,"gate":null,"late":true}'],
    ['letters beyond ASCII', '{"id":7,"airport":"Tromsø","delay":-1.5,"gate":null,"late":true}'],
    ['a number of 16 digits', '{"id":9007199254740993,"airport":"OSL","delay":-1.5,"gate":null,"late":true}'],
    ['a leading zero', '{"id":07,"airport":"OSL","delay":-1.5,"gate":null,"late":true}'],
    ['minus zero', '{"id":-0,"airport":"OSL","delay":-1.5,"gate":null,"late":true}'],
    ['a text for a number', '{"id":"7","airport":"OSL","delay":-1.5,"gate":null,"late":true}'],
    ['an end that is missing', '{"id":7,"airport":"OSL","delay":-1.5,"gate":null,"late":true'],
    ['something behind it', `${plain}x`],
  ])('is not that of %s', (_, text) => {
    expect(read({ columns: flights }, plain, text)).toBeUndefined();
  });

  it.each([
    '[]',
    '{}',
    'null',
    '',
    '{"a":{"b":1}}',
    '{"a":[1]}',
    '{"id":1,"id":2}',
    '{"id":1,"1":2}',
    '{"__proto__":1}',
    '{"id":1,,"a":2}',
    '{"id":1}{"a":1}',
    '{"id":1{"a":1}',
    '{"id":1',
  ])('is not made of %s', (text) => {
    expect(layoutReader(text, { columns: flights })).toBeUndefined();
  });

  it('is not made where one field is two columns', () => {
    const { columns } = parseSchema('`id` INTEGER, ID INTEGER');
    expect(layoutReader('{"id":1}', { columns })).toBeUndefined();
  });
});

describe('layouts that are learnt', () => {
  it('are those of the records that come, a few at a time', () => {
    const layouts = new LearntLayouts({ columns: flights });
    const texts = [plain, '{"id":1}', '{"airport":"a"}', '{"gate":2}', '{"late":false}', '{"delay":0.5}'];
    const rows = texts.map((text) => layouts.read(Buffer.from(text)));
    const schema = 'ID BIGINT, AIRPORT STRING, DELAY DOUBLE, GATE INTEGER, LATE BOOLEAN';
    // Four are kept, a fifth takes the place of one of them, and the next has to wait.
    expect(rows.slice(0, 5)).toEqual(texts.slice(0, 5).map((text) => parsed(schema, text)));
    expect(rows[5]).toBeUndefined();
  });

  it('are not those of long records', () => {
    const layouts = new LearntLayouts({ columns: flights });
    const long = (more: number): Buffer => Buffer.from(`{"airport":"OSL","x":"${'-'.repeat(more)}"}`);
    const short = long(0).length;
    expect(layouts.read(long(512 - short))).toEqual([null, 'OSL', null, null, null]);
    expect(layouts.read(long(513 - short))).toBeUndefined();
  });

  it('are given up where records have none, and tried again later', () => {
    const layouts = new LearntLayouts({ columns: flights });
    expect(layouts.read(Buffer.from(plain))).toBeDefined();
    const nested = Buffer.from('{"id":7,"airport":["OSL"]}');
    for (let count = 0; count < 20; count++) expect(layouts.read(nested)).toBeUndefined();
    expect(layouts.read(Buffer.from(plain))).toBeUndefined();
    for (let count = 0; count < 10_000; count++) layouts.read(nested);
    expect(layouts.read(Buffer.from(plain))).toEqual([7, 'OSL', -1.5, null, true]);
  });

  it('are learnt seldom where a topic has more of them than are kept, and the one of most records stays', () => {
    let compiled = 0;
    const layouts = new LearntLayouts({ columns: flights }, (...args) => {
      compiled += 1;
      return layoutReader(...args);
    });
    const rare = Array.from({ length: 9 }, (_, each) => Buffer.from(`{"id":1,"x${each}":0}`));
    const outcomes = { read: 0, parsed: 0 };
    for (let record = 0; record < 50_000; record++) {
      const bytes = record % 10 === 9 ? (rare[Math.floor(record / 10) % 9] ?? rare[0]) : Buffer.from(plain);
      const row = layouts.read(bytes ?? Buffer.from(plain));
      outcomes[row === undefined ? 'parsed' : 'read'] += 1;
    }
    expect(compiled).toBeLessThan(20);
    expect(outcomes.read).toBeGreaterThan(44_000);
  });

  it('are kept where misses are rare, and come again when records change for good', () => {
    const layouts = new LearntLayouts({ columns: flights });
    const nested = Buffer.from('{"id":7,"airport":["OSL"]}');
    const unknown = (count: number): Buffer => Buffer.from(`{"id":7,"x${count}":1}`);
    for (let record = 0; record < 2_000; record++) {
      const isOdd = record % 20 === 0;
      expect(layouts.read(isOdd ? nested : Buffer.from(plain)) === undefined).toBe(isOdd);
    }
    for (let record = 0; record < 10; record++) layouts.read(unknown(record));
    const later = Buffer.from('{"gate":3}');
    let missed = 0;
    for (let record = 0; record < 30_000; record++) if (layouts.read(later) === undefined) missed += 1;
    expect(missed).toBeLessThan(11_000);
    expect(layouts.read(later)).toEqual([null, null, null, 3, null]);
  });

  it('say the same of a field that is spelt in several ways, whatever came before', () => {
    const twice = '{"Ab":1,"aB":2,"x":"y"}';
    const orders = [[twice], ['{"aB":9,"x":"y"}', twice], ['{"Ab":9,"x":"y"}', twice]];
    for (const [schema, last] of [
      ['AB INT', [2]],
      ['AB INT, X STRING', [2, 'y']],
      ['AB INT, `~` ARRAY<INT>', [2, null]],
      ['`Ab` INT', [1]],
    ] as const) {
      for (const texts of orders) {
        const serde = serdeOf('JSON', schema);
        expect([schema, texts.map((text) => serde.deserialize(Buffer.from(text))).at(-1)]).toEqual([
          schema,
          last,
        ]);
      }
    }
  });

  it('read no TIME beyond the day', () => {
    const layouts = new LearntLayouts({ columns: parseSchema('T TIME').columns });
    const read = (time: string) => layouts.read(Buffer.from(`{"T":${time}}`));
    expect(['0', '86399999', 'null'].map(read)).toEqual([[0], [86_399_999], [null]]);
    expect(['-1', '86400000', '100000000', '999999999'].map(read)).toEqual(Array.from({ length: 4 }));
  });

  it('change nothing of what is read, whatever comes', () => {
    const schema = 'A BIGINT, B STRING, C DOUBLE, `d` INTEGER, E BOOLEAN, F TIMESTAMP, G DATE, H TIME';
    const scalar = fc.oneof(
      fc.constantFrom(
        '1',
        '86399999',
        '86400000',
        '-0',
        '-0.0',
        '-1e-400',
        '-1',
        '0.5',
        '1e3',
        '1E-400',
        '123456789012345',
        '1234567890123456',
        '01',
        '1.',
        '.5',
      ),
      fc.constantFrom(
        'true',
        'false',
        'null',
        'nul',
        '"true"',
        '"1"',
        '"x\\n"',
        '"é"',
        '"\u0007"',
        '"a b"',
        '""',
        '[1]',
        '{}',
      ),
      fc.integer().map(String),
      fc.double().map(String),
      fc.string().map((value) => JSON.stringify(value)),
    );
    const name = fc.constantFrom(
      'A',
      'a',
      'b',
      'B',
      'C',
      'd',
      'D',
      'E',
      'F',
      'g',
      'h',
      '1',
      '__proto__',
      'toString',
    );
    const space = fc.constantFrom('', '', '', ' ', '\n', '\u00a0');
    const layout = fc.uniqueArray(name, { maxLength: 8, selector: (each) => each.toUpperCase() });
    const topic = fc.tuple(layout, space).chain(([names, blank]) =>
      fc.array(
        fc.tuple(...names.map(() => scalar)).map((values) => {
          const fields = names.map((each, index) => `"${each}":${blank}${values[index] ?? ''}`);
          return `${blank}{${fields.join(`,${blank}`)}${blank}}`;
        }),
        { minLength: 1, maxLength: 12 },
      ),
    );
    fc.assert(
      fc.property(topic, (texts) => {
        const serde = serdeOf('JSON', schema);
        const read = (text: string): unknown => {
          try {
            return serde.deserialize(Buffer.from(text));
          } catch (error) {
            return String(error);
          }
        };
        for (const text of texts) expect([text, read(text)]).toEqual([text, parsed(schema, text)]);
      }),
      { numRuns: 1_000 },
    );
  });
});
