import { expect, it } from 'vitest';
import { AssertionFailure } from '../../../src/base/errors.ts';
import { assert } from '../../../src/base/assert.ts';
import {
  builtInFunctions,
  defineFunction,
  functionRegistry,
  overload,
} from '../../../src/sql/functions/index.ts';
import { evaluate, holds } from '../expression-harness.ts';

const buggy = defineFunction({
  name: 'buggy',
  category: 'OTHER',
  description: 'Finds what it relies on not to hold.',
  overloads: [
    overload(['n INTEGER'], 'INTEGER', (n) => {
      assert(n < 0, 'n is negative');
      return n;
    }),
  ],
  examples: [],
});
const functions = functionRegistry([...builtInFunctions, buggy]);
const row = { functions, schema: 'a INTEGER', row: [1] };

it.each(['BUGGY(a)', 'ABS(BUGGY(a))', 'ARRAY[BUGGY(a)]', 'CASE WHEN BUGGY(a) > 1 THEN 1 END'])(
  'a bug in %s is no null',
  (sql) => {
    expect(() => evaluate(sql, row)).toThrow(AssertionFailure);
    expect(() => holds(`${sql} IS NULL`, row)).toThrow(AssertionFailure);
  },
);
