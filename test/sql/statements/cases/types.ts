import { done, type StatementCase } from '../statement-case.ts';

export const createType: StatementCase = {
  answers: [
    [
      'CREATE TYPE address AS STRUCT<street STRING, zip INT>;',
      done("Registered custom type with name 'ADDRESS' and SQL type STRUCT<`STREET` STRING, `ZIP` INTEGER>", {
        commandId: 'type/`ADDRESS`/create',
      }),
    ],
    [
      'CREATE TYPE IF NOT EXISTS address AS INT;',
      { '@type': 'warning_entity', message: 'ADDRESS is already registered' },
    ],
  ],
  refusals: [
    ['CREATE TYPE money AS nothing;', "Cannot register custom type 'MONEY' since it is already registered"],
    ['CREATE TYPE address2 AS nothing;', 'NOTHING'],
  ],
};

export const dropType: StatementCase = {
  answers: [
    ['DROP TYPE money;', done("Dropped type 'MONEY'", { commandId: 'type/`MONEY`/drop' })],
    [
      'DROP TYPE IF EXISTS money;',
      {
        '@type': 'currentStatus',
        commandStatus: { status: 'SUCCESS', message: "Type 'MONEY' does not exist" },
      },
    ],
  ],
  refusals: [['DROP TYPE mony;', 'Type MONY does not exist.']],
};
