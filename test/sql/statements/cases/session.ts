import { expect } from 'vitest';
import type { StatementCase } from '../statement-case.ts';

export const setProperty: StatementCase = {
  answers: [
    ["SET 'auto.offset.reset' = 'latest';"],
    [
      "SET 'ksql.query.persistent.max.bytes.buffering.total' = '1';",
      {
        '@type': 'warning_entity',
        message: expect.stringContaining('has no effect') as unknown,
      },
    ],
  ],
  refusals: [
    ["SET 'auto.offset.reset' = 'sometimes';", 'sometimes'],
    ["SET 'auto.offset.rest' = 'latest';", 'auto.offset.rest'],
  ],
};

export const unsetProperty: StatementCase = {
  answers: [["SET 'auto.offset.reset' = 'latest'; UNSET 'auto.offset.reset';"]],
  refusals: [["UNSET 'auto.offset.rest';", 'auto.offset.rest']],
};

export const defineVariable: StatementCase = {
  answers: [["DEFINE what = 'orders'; DESCRIBE ${what};", { sourceDescription: { name: 'ORDERS' } }]],
  refusals: [["DEFINE what = 'nowhere'; DESCRIBE ${what};", 'NOWHERE']],
};

export const undefineVariable: StatementCase = {
  answers: [["DEFINE what = 'orders'; UNDEFINE what; SHOW VARIABLES;", { variables: [] }]],
  refusals: [["DEFINE what = 'orders'; UNDEFINE what; DESCRIBE ${what};", 'what']],
};
