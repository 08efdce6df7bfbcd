import type { RefusalFamily } from '../../src/base/errors.ts';

const PARTS = 'compute parts of it in a stream or table of its own';

/** What is too large, by the name of its limit in `grammar/limits.ts`. */
export const limitMessages = {
  NESTING_MAX: (limit: number) => ({ message: `it nests deeper than ${limit} levels`, hint: PARTS }),
  EXPRESSION_DEPTH_MAX: (limit: number) => ({
    message: `an expression has more than ${limit} levels of operators and calls`,
    hint: PARTS,
  }),
  ITEMS_MAX: (limit: number) => ({ message: `a list has more than ${limit} items`, hint: PARTS }),
  SCRIPT_LENGTH_MAX: (limit: number) => ({
    message: `a script has more than ${limit} characters`,
    hint: 'send its statements one by one',
  }),
} satisfies RefusalFamily;
