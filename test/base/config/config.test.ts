import { describe, expect, it } from 'vitest';
import { brokerProperties, topicConfigs } from '../../../broker/index.ts';
import { Config } from '../../../src/base/config/config.ts';
import {
  boolean,
  type ConfigKey,
  double,
  int,
  list,
  long,
  short,
  string,
  unitOf,
} from '../../../src/base/config/config-key.ts';
import { atLeast, between, eachOf, oneOf, rangeOf } from '../../../src/base/config/config-range.ts';
import { readConfig, whyInvalid } from '../../../src/base/config/config-value.ts';
import { DiagnosticError } from '../../../src/base/errors.ts';
import { adminConfig, consumerConfig, producerConfig } from '../../../src/client/index.ts';
import { serverProperties } from '../../../src/server/config/index.ts';
import { streamsConfig } from '../../../src/streams/index.ts';

const NEVER = '9223372036854775807';

describe('values', () => {
  it.each<[ConfigKey, string, unknown]>([
    [boolean(null, ''), ' TRUE ', true],
    [string(null, ''), ' a,b ', 'a,b'],
    [list(null, ''), 'a, b', ['a', 'b']],
    [list(null, ''), '', []],
    [int(null, ''), '+7', 7],
    [long(null, ''), NEVER, Number.MAX_SAFE_INTEGER],
    [long(null, ''), '-9223372036854775808', Number.MIN_SAFE_INTEGER],
    [double(0, ''), '0.25', 0.25],
  ])('%o reads %j', (key, text, value) => {
    expect(readConfig(key, text)).toEqual({ value });
  });

  it.each<[ConfigKey, string, string]>([
    [boolean(null, ''), 'yes', 'true or false'],
    [int(null, ''), '', 'a whole number of 32 bits'],
    [int(null, ''), '1e3', 'a whole number of 32 bits'],
    [int(null, ''), '2147483648', 'a whole number of 32 bits'],
    [short(null, ''), '32768', 'a whole number of 16 bits'],
    [long(null, '', atLeast(1)), '0', 'a whole number, at least 1'],
    [int(null, '', between(1, 17)), '18', 'a whole number of 32 bits, 1 to 17'],
    [double(0, ''), 'NaN', 'a number'],
    [double(0, '', between(0, 1)), '1.01', 'a number, 0 to 1'],
    [string(null, '', oneOf('a', 'b')), 'A', 'one of a, b'],
    [list(null, '', eachOf('a', 'b')), 'a,c', 'a list of a, b'],
    [
      string(
        null,
        '',
        rangeOf('no x', (text) => text !== 'x'),
      ),
      'x',
      'no x',
    ],
    [string(null, ''), 'x'.repeat(40_000), 'a text of at most 32767 characters'],
  ])('%o refuses %j', (key, text, expected) => {
    expect(readConfig(key, text)).toEqual({ expected });
  });

  it('are checked in the types of code as well', () => {
    expect(whyInvalid(int(null, ''), '7')).toBe('a whole number of 32 bits');
    expect(whyInvalid(int(null, ''), Number.NaN)).toBe('a whole number of 32 bits');
    expect(whyInvalid(list(null, ''), Array.from({ length: 2 }))).toBe(
      'a list of texts, separated by commas',
    );
    expect(whyInvalid(boolean(null, ''), false)).toBeUndefined();
  });
});

describe('errors', () => {
  const keys = { 'retry.mode': string('on', 'When to try again.', oneOf('always', 'never')) };
  const refusal = (name: string, value: string) => {
    try {
      return new Config(keys, new Map([[name, { value, source: 'file', origin: 'my.properties' }]]));
    } catch (error) {
      if (error instanceof DiagnosticError) return error.diagnostic;
      throw error;
    }
  };

  it('say name, value, what is allowed, where it was set, and the nearest value', () => {
    expect(refusal('retry.mode', 'alwys')).toEqual({
      message: 'invalid value "alwys" for retry.mode: expected one of always, never',
      detail: 'When to try again. (set by file my.properties)',
      suggestion: 'always',
    });
  });

  it('name the nearest setting for one that is not known', () => {
    expect(refusal('retry.mod', 'always')).toEqual({
      message: 'unknown property retry.mod',
      suggestion: 'retry.mode',
    });
  });
});

/** All settings of all layers are declared with the same engine. */
describe.each<[string, Readonly<Record<string, ConfigKey & { readonly name?: string }>>]>([
  ['broker', brokerProperties],
  ['topic', topicConfigs],
  ['sql', serverProperties],
  ['streams', streamsConfig],
  ['producer', producerConfig],
  ['consumer', consumerConfig],
  ['admin', adminConfig],
])('the settings of %s', (_, keys) => {
  it('have a default that they accept themselves, a doc, and a name of their own', () => {
    const names = Object.entries(keys).map(([option, key]) => key.name ?? option);
    expect(new Set(names).size).toBe(names.length);
    for (const [name, key] of Object.entries(keys)) {
      expect(key.doc.length, name).toBeGreaterThan(10);
      if (key.default !== null) expect(readConfig(key, key.default), name).toHaveProperty('value');
    }
  });

  it('refuse a word where a number, a flag or one of several names is expected', () => {
    // Nor is it a regular expression, which some of them are.
    for (const [name, key] of Object.entries(keys)) {
      const isFree = (key.type === 'string' || key.type === 'list') && key.range === undefined;
      if (!isFree) expect(readConfig(key, '(fast-ish'), name).toHaveProperty('expected');
    }
  });
});

it('tells the unit by the name', () => {
  const unit = (name: string, key: ConfigKey = int(1, '')): string | undefined => unitOf(name, key);
  expect(unit('linger.ms')).toBe('ms');
  expect(unit('log.retention.hours')).toBe('hours');
  expect(unit('fetch.max.bytes')).toBe('bytes');
  expect(unit('num.partitions')).toBeUndefined();
  expect(unit('bytes', string(null, ''))).toBeUndefined();
});
