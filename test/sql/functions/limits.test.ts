import { expect, it } from 'vitest';
import { evaluate } from '../expression-harness.ts';

it.each([
  ["LPAD('a', 2000000000, 'b')", 'LPAD or RPAD would give 2000000000 characters, and 16777216 is the most'],
  ["RPAD('a', 16777217, 'b')", 'LPAD or RPAD would give 16777217 characters'],
  ["REPLACE(LPAD('', 100000, 'a'), 'a', LPAD('', 100000, 'b'))", 'REPLACE would give 10000000000 characters'],
  ["REPLACE(LPAD('', 100000, 'a'), '', LPAD('', 100000, 'b'))", 'REPLACE would give 10000200000 characters'],
  [
    "REGEXP_REPLACE(LPAD('', 100000, 'a'), 'a', LPAD('', 100000, 'b'))",
    'REGEXP_REPLACE would give 16800000 characters',
  ],
  [
    "ARRAY_JOIN(GENERATE_SERIES(1, 1000), LPAD('', 100000, 'a'))",
    'ARRAY_JOIN would give 99902893 characters, and 16777216 is the most',
  ],
  ["CONCAT(LPAD('', 10000000, 'a'), LPAD('', 10000000, 'b'))", 'CONCAT would give 20000000 characters'],
  ["LPAD('', 10000000, 'a') + LPAD('', 10000000, 'b')", '+ would give 20000000 characters'],
  [
    "REDUCE(GENERATE_SERIES(1, 100), 'a', (text, n) => text + text)",
    '+ would give 33554432 characters, and 16777216 is the most',
  ],
  ["CONCAT_WS(LPAD('', 10000000, '-'), 'a', 'b', 'c')", 'CONCAT_WS would give 20000003 characters'],
  [
    "CONCAT(TO_BYTES(LPAD('', 10000000, 'a'), 'utf8'), TO_BYTES(LPAD('', 10000000, 'b'), 'utf8'))",
    'CONCAT would give 20000000 characters',
  ],
  [
    'ARRAY_CONCAT(GENERATE_SERIES(1, 60000), GENERATE_SERIES(1, 60000))',
    'ARRAY_CONCAT would give 120000 elements, and 100000 is the most',
  ],
  [
    'REDUCE(GENERATE_SERIES(1, 100), ARRAY[1], (xs, n) => ARRAY_CONCAT(xs, xs))',
    'ARRAY_CONCAT would give 131072 elements',
  ],
  ['GENERATE_SERIES(1, 2000000000)', 'GENERATE_SERIES would give more than 100000 numbers'],
  [
    'GENERATE_SERIES(CAST(1 AS BIGINT), 9007199254740993)',
    'GENERATE_SERIES would give more than 100000 numbers',
  ],
])('%s is an error of its row, and null', (sql, message) => {
  const { value, errors } = evaluate(sql);
  expect(value).toBeNull();
  expect(errors.join()).toContain(message);
});

it('makes what is just within the limits', () => {
  expect(evaluate("LEN(LPAD('a', 16777216, 'b'))").value).toBe(16_777_216);
  expect(evaluate('ARRAY_LENGTH(GENERATE_SERIES(1, 100000))').value).toBe(100_000);
  expect(evaluate("LEN(REPLACE(LPAD('', 100000, 'a'), 'b', LPAD('', 100000, 'b')))").value).toBe(100_000);
});
