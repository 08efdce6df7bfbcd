import { describe, expect, it } from 'vitest';
import { evaluate, holds } from '../expression-harness.ts';

/** An expression and the SQL text of its value; undefined where it fails, and its value is null. */
type Rule = readonly [sql: string, gives: string | null | undefined];

function check(sql: string, gives: string | null | undefined): void {
  const actual = evaluate(sql);
  if (gives === undefined) {
    expect(actual.errors).not.toEqual([]);
    expect(actual.value).toBeNull();
    return;
  }
  expect(actual.errors).toEqual([]);
  if (gives === null) {
    expect(actual.value).toBeNull();
    return;
  }
  const expected = evaluate(gives);
  expect(actual.value).toEqual(expected.value);
  expect(actual.type?.kind).toBe(expected.type?.kind);
}

describe('JSON functions', () => {
  it.each<Rule>([
    // A text begins with JSON: what follows a value is not read, but a number or a word must end.
    [`IS_JSON_STRING('{"a": 1} and more')`, 'TRUE'],
    ["IS_JSON_STRING('[1] ]')", 'TRUE'],
    ["IS_JSON_STRING('1 2')", 'TRUE'],
    ["IS_JSON_STRING('1a')", 'FALSE'],
    ["IS_JSON_STRING('truer')", 'FALSE'],
    ["IS_JSON_STRING('')", 'FALSE'],
    ["IS_JSON_STRING('  ')", 'FALSE'],
    ['IS_JSON_STRING(CAST(NULL AS STRING))', 'FALSE'],
    ["JSON_ARRAY_LENGTH('[1, 2] x')", '2'],
    [`JSON_KEYS('{"a": 1}}')`, "ARRAY['a']"],
    // A text that is none is an error, one of another kind has no keys, elements or fields.
    ["JSON_ARRAY_LENGTH('[1, 2')", undefined],
    ["JSON_ARRAY_LENGTH('{}')", null],
    ["JSON_ARRAY_LENGTH('')", null],
    ["JSON_KEYS('[]')", null],
    ["JSON_KEYS('{')", undefined],
    ["JSON_ITEMS('{}')", undefined],
    [`JSON_ITEMS('["a", null, 1e2]')`, `ARRAY['"a"', 'null', '1E+2']`],
    // Texts lose their quotes in JSON_RECORDS and EXTRACTJSONFIELD; JSON's null is a text there.
    [
      `JSON_RECORDS('{"a": "x", "b": null, "c": {"d": "y"}}')`,
      `MAP('a':='x', 'b':='null', 'c':='{"d":"y"}')`,
    ],
    ["JSON_RECORDS('[1]')", null],
    [`EXTRACTJSONFIELD('{"a": null}', '$.a')`, "'null'"],
    [`EXTRACTJSONFIELD('{"a": [7, 8]}', '$.a.1')`, "'8'"],
    [`EXTRACTJSONFIELD('{"1": "one"}', '$[1]')`, "'one'"],
    [`EXTRACTJSONFIELD('[7]', '$[-1]')`, null],
    [`EXTRACTJSONFIELD('{"a": -0}', '$.a')`, "'0'"],
    [`EXTRACTJSONFIELD('{"a": 1e5}', '$.a')`, "'1E+5'"],
    // Fields stay in their order, also where their names are numbers.
    [`JSON_KEYS('{"b": 1, "2": 2, "1": 3, "b": 4}')`, "ARRAY['b', '2', '1']"],
    [`JSON_CONCAT('{"b": 1, "2": 2}', '{"1": 3, "2": 4}')`, `'{"b":1,"2":4,"1":3}'`],
    // Elements equal values of their own kind, and are found in front of a mistake.
    ["JSON_ARRAY_CONTAINS('[1, 2.0]', 2)", 'FALSE'],
    ["JSON_ARRAY_CONTAINS('[1, 2.0]', 2e0)", 'TRUE'],
    ["JSON_ARRAY_CONTAINS('[1, 2]', 2e0)", 'FALSE'],
    ["JSON_ARRAY_CONTAINS('[1.5]', 1.5)", 'FALSE'],
    ["JSON_ARRAY_CONTAINS('[9007199254740993]', 9007199254740993)", 'TRUE'],
    ["JSON_ARRAY_CONTAINS('[9007199254740993]', 9007199254740992)", 'FALSE'],
    ["JSON_ARRAY_CONTAINS('[[1], 2', 2)", 'TRUE'],
    ["JSON_ARRAY_CONTAINS('[[1], 2', 1)", 'FALSE'],
    ["JSON_ARRAY_CONTAINS('[[1], x, 1]', 1)", 'FALSE'],
    ["JSON_ARRAY_CONTAINS('[true]', TRUE)", 'TRUE'],
    ['JSON_ARRAY_CONTAINS(\'["true"]\', TRUE)', 'FALSE'],
    ["JSON_ARRAY_CONTAINS('{}', NULL)", 'FALSE'],
    // One document stays what it is; numbers are written out.
    ["JSON_CONCAT('2')", "'2'"],
    ["JSON_CONCAT('1e2', '[1.50]')", "'[100,1.50]'"],
    [`JSON_CONCAT('{"a": 1}', 'null')`, `'[{"a":1},null]'`],
    ["JSON_CONCAT('{}', '')", null],
    ["JSON_CONCAT('{}', '{')", undefined],
    // Fields and entries in the order of their names.
    ['TO_JSON_STRING(STRUCT(B := 1, A := 2))', `'{"A":2,"B":1}'`],
    ["TO_JSON_STRING(MAP('b' := 1, 'a' := 2))", `'{"a":2,"b":1}'`],
    [`TO_JSON_STRING(CHR(31))`, `'"\\u001F"'`],
  ])('%s', (sql, gives) => check(sql, gives));
});

describe('functions of text', () => {
  it.each<Rule>([
    ["SPLIT_TO_MAP('a=1;;b=2', ';', '=')", "MAP('a':='1', 'b':='2')"],
    ["SPLIT_TO_MAP('a=1=2;b', ';', '=')", "MAP('a':='1')"],
    ["SPLIT_TO_MAP('a=1', '=', '=')", null],
    ["SPLIT_TO_MAP('a=1', '', '=')", null],
    ["INITCAP('  two words')", "'Two Words'"],
    // The text found ends at a negative position or in front of it.
    ["INSTR('xxor', 'or', -1)", '3'],
    ["INSTR('xxor', 'or', -2)", '0'],
    ["INSTR('aaaa', 'aa', 1, 3)", '3'],
    ["INSTR('aaaa', 'aa', -1, 2)", '2'],
    ["INSTR('abc', '')", '1'],
    ["INSTR('', '')", '0'],
    ["INSTR('abc', 'c', 4)", '0'],
    ["MASK('Aé1 😀', 'U', 'l', 'd', 'o')", "'Uldooo'"],
    ["MASK('Ab', 'XY', 'x', 'n', '-')", undefined],
    ["MASK_KEEP_LEFT('Ab1', 1, NULL, NULL, '#', NULL)", "'Ab#'"],
    ["MASK_RIGHT('Ab1', -1)", undefined],
    ["ENCODE('abc', 'ascii', 'ASCII')", undefined],
    ["ENCODE('0x123', 'hex', 'utf8')", "FROM_BYTES(TO_BYTES('0123', 'hex'), 'utf8')"],
    ["CHR('\\u004b and \\u0042')", "'K and B'"],
    ["CHR('\\u00zz')", undefined],
    ["CHR('abcdef')", null],
    ['CHR(1114112)', null],
    // A plus behind a class is a quantifier, and behind a quantifier makes it possessive.
    ["REGEXP_EXTRACT('\\p{Alpha}+', 'ab1')", "'ab'"],
    ["REGEXP_EXTRACT('a++b', 'aab')", "'aab'"],
    ["REGEXP_EXTRACT('a{2}+b', 'aaab')", "'aab'"],
    ["REGEXP_EXTRACT('a+?', 'aab')", "'a'"],
    ["REGEXP_EXTRACT('a\\sb', 'a\u00a0b')", null],
    ["REGEXP_EXTRACT('a.b', 'a\u0085b')", null],
    ["REGEXP_EXTRACT('a\\Rb', 'a\r\nb')", "'a\r\nb'"],
    ["REGEXP_EXTRACT('\\0101', 'xA')", "'A'"],
    ["REGEXP_EXTRACT_ALL('(a)', 'bbb', 2)", null],
    ["REGEXP_EXTRACT_ALL('(a)', 'bbb', 1)", "FILTER(ARRAY['a'], x => FALSE)"],
    ["REGEXP_REPLACE('ab', '(a)', '$10')", "'a0b'"],
    ["REGEXP_REPLACE('ab', '(a)', '$2')", undefined],
    ["REGEXP_REPLACE('ab', '(a)', '${x}')", undefined],
    ["REGEXP_REPLACE('ab', '(a)', 'x\\')", undefined],
    ["REGEXP_REPLACE('b', '(a)', 'x\\')", "'b'"],
  ])('%s', (sql, gives) => check(sql, gives));
});

describe('functions of collections and numbers', () => {
  it.each<Rule>([
    ["AS_MAP(ARRAY['a', 'b'], ARRAY[1])", "MAP('a' := 1, 'b' := NULL)"],
    ["AS_MAP(ARRAY['a'], ARRAY[1, 2])", "MAP('a' := 1)"],
    ['ROUND(7)', 'CAST(7 AS BIGINT)'],
    ['TRUNC(7)', 'CAST(7 AS BIGINT)'],
    ['COT(0.8815007984632135e0)', '0.8241524498225511e0'],
    ["GEO_DISTANCE(0, 0, 0, 1, ' Kilometres ')", 'GEO_DISTANCE(0, 0, 0, 1)'],
    ["GEO_DISTANCE(0, 0, 0, 1, '')", 'GEO_DISTANCE(0, 0, 0, 1)'],
    ["GEO_DISTANCE(0, 0, 0, 1, 'yards')", undefined],
  ])('%s', (sql, gives) => check(sql, gives));
});

describe('functions of times', () => {
  it.each<Rule>([
    ["PARSE_DATE('2020-02-30', 'yyyy-MM-dd')", "CAST('2020-03-01' AS DATE)"],
    ["PARSE_DATE('2020-05-26T00', 'yyyy-MM-dd''T''HH')", "CAST('2020-05-26' AS DATE)"],
    ["PARSE_DATE('2020-05-26T10', 'yyyy-MM-dd''T''HH')", undefined],
    ["PARSE_DATE(CAST(NULL AS STRING), 'yyyy')", null],
    ["DATEADD(HOURS, 23, CAST('2020-05-26' AS DATE))", "CAST('2020-05-26' AS DATE)"],
    ["DATEADD(HOURS, 1, CAST('1969-12-31' AS DATE))", "CAST('1970-01-01' AS DATE)"],
    ["STRINGTODATE('2020-05', 'yyyy-MM')", undefined],
    ["STRINGTODATE('2020-05-26 10', 'yyyy-MM-dd HH')", "UNIX_DATE(CAST('2020-05-26' AS DATE))"],
    ["PARSE_TIME('24:00', 'HH:mm')", "CAST('00:00' AS TIME)"],
    ["PARSE_TIME('2020 10', 'yyyy HH')", undefined],
    ["CAST('2020-01-01T24' AS TIMESTAMP)", "CAST('2020-01-02' AS TIMESTAMP)"],
    // Both zones' offsets are those of the timestamp as an instant: 01:30 in Berlin is before the change, 01:30Z after it.
    ["CONVERT_TZ('2021-03-28T01:30', 'Europe/Berlin', 'UTC')", "CAST('2021-03-27T23:30' AS TIMESTAMP)"],
  ])('%s', (sql, gives) => check(sql, gives));
});

describe('functions of URLs', () => {
  it.each<Rule>([
    // What is no host name is a name of a registry, to Java, with neither host nor port.
    ["URL_EXTRACT_HOST('http://a_b.com:80/x')", null],
    ["URL_EXTRACT_PORT('http://a_b.com:80/x')", null],
    ["URL_EXTRACT_HOST('http://256.1.1.1/')", null],
    ["URL_EXTRACT_HOST('http://10.1.1.1/')", "'10.1.1.1'"],
    ["URL_EXTRACT_HOST('http://host-/')", null],
    ["URL_EXTRACT_HOST('http://[::1]:8080/')", "'[::1]'"],
    ["URL_EXTRACT_PATH('mailto:a@b.c')", null],
    ["URL_EXTRACT_QUERY('http://h/?a[b]=1')", "'a[b]=1'"],
    ["URL_EXTRACT_PATH('http://h/a[b]')", undefined],
    ["URL_EXTRACT_PATH('http://h/%zz')", undefined],
    ["URL_EXTRACT_FRAGMENT('http://h/#a#b')", undefined],
    ["URL_EXTRACT_PROTOCOL('http:')", undefined],
    ["URL_EXTRACT_PROTOCOL('1http://x')", undefined],
  ])('%s', (sql, gives) => check(sql, gives));
});

describe('LIKE', () => {
  it.each([
    ["'a\nb' LIKE 'a%'", false],
    ["'a\nb' LIKE '%b'", false],
    ["'a\nb' LIKE '%a%'", false],
    ["'a\nb' LIKE '%'", false],
    ["'a\nb' LIKE 'a_b'", false],
    ["'a\nb' LIKE 'a\nb'", true],
    ["'a\nb' LIKE '%\n%'", true],
    ["'x\na\nb' LIKE '%\n%b'", false],
    ["'a\nxb' LIKE 'a\n%b'", true],
    ["'a\u2028b' LIKE 'a%b'", false],
    ["'a\tb' LIKE 'a%b'", true],
  ] as const)('%j is %s: wildcards stand for no line end', (sql, expected) => {
    expect(holds(sql)).toBe(expected);
  });

  it('fails for each row where a pattern ends with the escape character', () => {
    const { value, errors } = evaluate("'a' LIKE 'a!' ESCAPE '!'");
    expect(value).toBeNull();
    expect(errors).toEqual(['LIKE pattern must not end with escape character']);
  });
});

describe('NaN', () => {
  const setting = { schema: 'N DOUBLE, X DOUBLE', row: [Number.NaN, 1] };

  it.each([
    ['N = N', false],
    ['N <> N', false],
    ['N <> X', false],
    ['X <> X + 1', true],
    ['N < X', false],
    ['N >= X', false],
    ['N IS DISTINCT FROM X', false],
    ['N IS NOT DISTINCT FROM X', true],
    ['X <> 2', true],
    ['X <> 1', false],
    ['CAST(9007199254740993 AS BIGINT) <> X', true],
  ] as const)('%s is %s', (sql, expected) => {
    expect(holds(sql, setting)).toBe(expected);
  });
});
