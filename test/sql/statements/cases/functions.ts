import { done, type StatementCase } from '../statement-case.ts';

export const createFunction: StatementCase = {
  answers: [
    [
      "CREATE FUNCTION half(x DOUBLE) RETURNS DOUBLE LANGUAGE JAVASCRIPT AS 'x / 2';",
      done('Created function HALF', { commandId: 'function/`HALF`/create' }),
    ],
    [
      "CREATE FUNCTION IF NOT EXISTS half(x DOUBLE) RETURNS DOUBLE LANGUAGE JAVASCRIPT AS '0';",
      { '@type': 'warning_entity', message: 'Function HALF already exists' },
    ],
    [
      "CREATE OR REPLACE FUNCTION half(x DOUBLE) RETURNS DOUBLE LANGUAGE JAVASCRIPT AS 'x * 0.5';",
      done('Replaced function HALF by version 2'),
    ],
  ],
  refusals: [
    ["CREATE FUNCTION len(x nothing) RETURNS INT LANGUAGE JAVA AS 'x +';", 'LEN is a function of the server'],
    [
      "CREATE FUNCTION f(x nothing) RETURNS INT LANGUAGE JAVA AS 'x +';",
      'Functions cannot be written in JAVA',
    ],
    ["CREATE FUNCTION f(x nothing) RETURNS INT LANGUAGE JAVASCRIPT AS 'x +';", 'NOTHING'],
    ["CREATE FUNCTION f(x INT) RETURNS INT LANGUAGE JAVASCRIPT AS 'x +';", 'SyntaxError'],
  ],
};

export const dropFunction: StatementCase = {
  answers: [
    ['DROP FUNCTION half;', done('Dropped function HALF', { commandId: 'function/`HALF`/drop' })],
    [
      'DROP FUNCTION IF EXISTS half;',
      { '@type': 'warning_entity', message: "Function 'HALF' does not exist" },
    ],
  ],
  refusals: [['DROP FUNCTION halv;', "Function 'HALV' does not exist"]],
};
