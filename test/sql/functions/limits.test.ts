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
