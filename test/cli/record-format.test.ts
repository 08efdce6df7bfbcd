import { shownInteger } from '../../cli/wide-integer.ts';
import { describe, expect, it } from 'vitest';
import { bytesFrom, recordTemplate, type ShownRecord, textOf } from '../../cli/record-format.ts';
import { startPlace } from '../../cli/start-place.ts';

describe('formats of keys and values', () => {
  it('are read back as they were written', () => {
    const texts = {
      string: ['', 'grüezi'],
      json: ['{"a":9007199254740993}', 'null'],
      int: ['-2147483648', '2147483647'],
      long: ['-9223372036854775808', '9223372036854775807', '9007199254740993'],
      double: ['1.5', '-0.1', 'NaN'],
      hex: ['', '00ff'],
      base64: ['AP8=', ''],
    } as const;
    for (const format of ['string', 'json', 'int', 'long', 'double', 'hex', 'base64'] as const) {
      for (const text of texts[format]) expect(textOf(bytesFrom(text, format), format)).toBe(text);
    }
  });

  it('refuse what is nothing of theirs', () => {
    expect(() => bytesFrom('2147483648', 'int')).toThrow('"2147483648" is no int');
    expect(() => bytesFrom('9223372036854775808', 'long')).toThrow('is no long');
    expect(() => bytesFrom('', 'double')).toThrow('"" is no double');
    expect(() => bytesFrom('abc', 'hex')).toThrow('"abc" is no hex');
    expect(() => bytesFrom('{', 'json')).toThrow('"{" is no JSON');
    expect(() => textOf(Buffer.alloc(3), 'long')).toThrow('3 bytes are no long, which has 8');
  });
});

describe('a format string', () => {
  const shown: ShownRecord = {
    topic: 't',
    partition: 1,
    key: null,
    value: 'v',
    record: {
      offset: 7,
      timestamp: 99,
      key: null,
      value: Buffer.from('v'),
      headers: [{ key: 'h', value: Buffer.from('x') }],
    },
  };

  it('has the tokens of kcat', () => {
    const write = recordTemplate('%t-%p@%o %T %K:%k %S:%s %h 100%%\\t\\x41\\n');
    expect(write(shown)).toBe('t-1@7 99 -1:null 1:v h=x 100%\tA\n');
  });

  it('refuses others', () => {
    expect(() => recordTemplate('%z')).toThrow('%z is no part of a record');
    expect(() => recordTemplate('50%')).toThrow('% is no part of a record');
  });
});

describe('a place to start', () => {
  it('is an end, an offset, a number of last records or a time', () => {
    expect(startPlace('beginning')).toEqual({ at: 'earliest' });
    expect(startPlace('12')).toEqual({ offset: 12 });
    expect(startPlace('-3')).toEqual({ last: 3 });
    expect(startPlace('s@1000')).toEqual({ timestamp: 1000 });
    expect(startPlace('1970-01-01T00:00:01Z')).toEqual({ timestamp: 1000 });
    expect(() => startPlace('soon')).toThrow('soon is not a place in a topic');
  });
});

it('an integer that has been rounded is marked, and others are not', () => {
  expect([0, -1, Number.MAX_SAFE_INTEGER].map(shownInteger)).toEqual([0, -1, Number.MAX_SAFE_INTEGER]);
  expect(shownInteger(1_795_909_000_000_000_000)).toBe('~1795909000000000000');
  const record = { offset: 3, timestamp: 2 ** 60, key: null, value: null, headers: [] };
  expect(recordTemplate('%o %T')({ topic: 't', partition: 0, record, key: null, value: null })).toBe(
    '3 ~1152921504606847000',
  );
});
