import { describe, expect, it } from 'vitest';
import { printType } from '../../../src/serde/model/sql-type.ts';
import { builtInFunctions } from '../../../src/sql/functions/index.ts';
import { parametersOf } from '../../../src/sql/functions/resolve.ts';
import { evaluate } from '../expression-harness.ts';

describe('the examples in the functions’ docs', () => {
  for (const definition of builtInFunctions) {
    for (const { sql, gives } of 'examples' in definition ? (definition.examples ?? []) : []) {
      it(`${sql} gives ${gives}`, () => {
        const actual = evaluate(sql);
        expect(actual.errors).toEqual([]);
        if (gives === null) {
          expect(actual.value).toBeNull();
          return;
        }
        const expected = evaluate(gives);
        expect(actual.value).toEqual(expected.value);
        if (expected.type?.kind !== 'DECIMAL') expect(actual.type?.kind).toBe(expected.type?.kind);
      });
    }
  }
});

describe('the registrations', () => {
  it('are ksqlDB’s 149 functions at least, each once', () => {
    const names = builtInFunctions.map((definition) => definition.name.toUpperCase());
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(names.length).toBeGreaterThanOrEqual(149);
  });

  it('of scalar functions have examples, where a result does not change by itself', () => {
    const without = builtInFunctions.filter((each) => each.kind === 'scalar' && !('examples' in each));
    expect(without.map(({ name }) => name)).toEqual(['random', 'uuid']);
  });

  it('have parameters that parse, and docs', () => {
    for (const definition of builtInFunctions) {
      expect(definition.description).not.toBe('');
      expect(definition.overloads.length).toBeGreaterThan(0);
      for (const overload of definition.overloads) {
        expect(() => parametersOf(overload), definition.name).not.toThrow();
      }
    }
  });
});

describe('functions without constant results', () => {
  it('give values of their types', () => {
    expect(evaluate('UUID()').value).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(evaluate('RANDOM()').value).toBeGreaterThanOrEqual(0);
    expect(evaluate('RANDOM()').value).toBeLessThan(1);
    expect(evaluate('UNIX_TIMESTAMP()').value).toBe(1_000_000_000_000);
    expect(evaluate('UNIX_DATE()').value).toBe(11_574);
  });

  it('keep a type through generics', () => {
    const { type } = evaluate('COALESCE(CAST(NULL AS DECIMAL(4, 2)), 1.25)');
    expect(type && printType(type)).toBe('DECIMAL(4, 2)');
  });
});

describe('what docs do not show', () => {
  it.each([
    ["INSTR(CAST(NULL AS STRING), 'a')", '0'],
    ["INSTR('corporate floor', 'or', -4, 2)", '2'],
    ["REGEXP_SPLIT_TO_ARRAY('abc', '')", "ARRAY['a', 'b', 'c']"],
    ["REGEXP_SPLIT_TO_ARRAY('aXbXX', 'X')", "ARRAY['a', 'b', '', '']"],
    ["REGEXP_SPLIT_TO_ARRAY('aXbXX', 'X*')", "ARRAY['a', '', 'b']"],
    ["REGEXP_EXTRACT('(?i)B\\p{Alpha}+', 'abc')", "'bc'"],
    ["REGEXP_EXTRACT('[a-z&&[^b]]+', 'bcd')", "'cd'"],
    ["REGEXP_REPLACE('a.b', '\\Q.\\E', '\\$')", "'a$b'"],
    ["SPLIT_TO_MAP('', ';', '=')", "FILTER(MAP('a' := 'b'), (k, v) => FALSE)"],
    ['ARRAY_JOIN(CAST(NULL AS ARRAY<INT>))', "''"],
    ['ARRAY_JOIN(ARRAY[1.50, NULL])', "'1.50,null'"],
    ['ARRAY_CONTAINS(CAST(NULL AS ARRAY<INT>), 1)', 'FALSE'],
    ['ARRAY_CONTAINS(ARRAY[1, NULL], NULL)', 'TRUE'],
    ['ARRAY_DISTINCT(ARRAY[ARRAY[1], ARRAY[1], ARRAY[2]])', 'ARRAY[ARRAY[1], ARRAY[2]]'],
    ["CONCAT(TO_BYTES('a', 'utf8'), TO_BYTES('b', 'utf8'))", "TO_BYTES('ab', 'utf8')"],
    ["ENCODE('0x578616d706C6521', 'hex', 'base64')", "'BXhhbXBsZSE='"],
    ['ROUND(-1.5e0)', 'CAST(-1 AS BIGINT)'],
    ['ROUND(12345.678e0, -1)', '12350e0'],
    ['TRUNC(CAST(-12345.678 AS DECIMAL(12, 7)), -1)', 'CAST(-12340 AS DECIMAL(12, 7))'],
    ["MAP_UNION(CAST(NULL AS MAP<STRING, INT>), MAP('a' := 1))", "MAP('a' := 1)"],
    ["URL_EXTRACT_PROTOCOL('www.confluent.io')", null],
    ["URL_EXTRACT_PATH('http://a.b/x%20y?q')", "'/x y'"],
    ["URL_EXTRACT_PORT('http://test@confluent.io:8080/nested')", '8080'],
    ["TIMESTAMPADD(YEARS, -1, CAST('2020-02-29' AS TIMESTAMP))", "CAST('2019-02-28' AS TIMESTAMP)"],
    ["JSON_ARRAY_CONTAINS('[null]', NULL)", 'TRUE'],
    ["TO_JSON_STRING(CAST('16:43:40' AS TIME))", `'"16:43:40"'`],
  ])('%s gives %s', (sql, gives) => {
    const actual = evaluate(sql);
    expect(actual.errors).toEqual([]);
    expect(actual.value).toEqual(gives === null ? null : evaluate(gives).value);
  });

  it.each([
    'CAST(ARRAY_JOIN(ARRAY[ARRAY[1]]) AS INT)',
    "INT_FROM_BYTES(TO_BYTES('abc', 'utf8'))",
    'GENERATE_SERIES(1, 5, 0)',
    'GENERATE_SERIES(1, 5, -1)',
    "URL_EXTRACT_HOST('http://a b')",
    'GEO_DISTANCE(91, 0, 0, 0)',
    "REGEXP_EXTRACT('(', 'a')",
    "FORMAT_DATE(CAST('2020-01-01' AS DATE), 'HH')",
    "EXTRACTJSONFIELD('{}', 'nope')",
    "ENCODE('xyz', 'hex', 'utf8')",
  ])('%s fails and gives null', (sql) => {
    const actual = evaluate(sql);
    expect(actual.value).toBeNull();
    expect(actual.errors.length).toBeGreaterThan(0);
  });

  it('SUBSTRING can count as it did before 5.1', () => {
    const config = { 'ksql.functions.substring.legacy.args': true };
    expect(evaluate("SUBSTRING('stream', 1, 3)", { config }).value).toBe('tr');
    expect(evaluate("SUBSTRING('stream', 1, 3)").value).toBe('str');
  });
});
