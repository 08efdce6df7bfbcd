import { done, type StatementCase } from '../statement-case.ts';

export const alterSource: StatementCase = {
  answers: [
    [
      'ALTER STREAM orders ADD COLUMN note STRING;',
      done('Altered stream ORDERS', { commandId: 'stream/`ORDERS`/alter' }),
    ],
  ],
  refusals: [
    ['ALTER STREAM nowhere ADD COLUMN x INTT;', 'Source NOWHERE does not exist.'],
    [
      'ALTER TABLE orders ADD COLUMN item INTT;',
      'Incompatible data source type is STREAM, but statement was ALTER TABLE',
    ],
    [
      'ALTER TABLE totals ADD COLUMN item INTT;',
      'ALTER command is not supported for CREATE ... AS statements.',
    ],
    ['ALTER STREAM fixed ADD COLUMN v INTT;', "Cannot alter stream 'FIXED'"],
    ['ALTER STREAM orders ADD COLUMN item INTT;', 'Cannot add column `ITEM` to schema'],
    ['ALTER STREAM orders ADD COLUMN x INTT;', 'INTT'],
  ],
};
