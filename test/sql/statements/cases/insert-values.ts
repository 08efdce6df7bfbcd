import type { StatementCase } from '../statement-case.ts';

export const insertValues: StatementCase = {
  answers: [
    ["INSERT INTO orders (id, item, amount) VALUES ('o2', 'tea', 4);"],
    ["INSERT INTO orders VALUES ('o3', 'cup', 2 + 3);"],
  ],
  refusals: [
    ['INSERT INTO nowhere (id, id) VALUES (1);', '[ID, ID], [1]'],
    ['INSERT INTO nowhere (id, id) VALUES (1, 2);', 'Cannot insert values into an unknown stream/table'],
    ['INSERT INTO fixed (id, id) VALUES (1, 2);', 'Cannot insert values into read-only stream: FIXED'],
    ['INSERT INTO orders (id, id, none) VALUES (1, 2, 3);', /ID.*(twice|[Dd]uplicate)|[Dd]uplicate.*ID/],
    ['INSERT INTO orders (id, none) VALUES (1, 2);', 'NONE'],
    ["INSERT INTO orders (id, amount) VALUES ('o', 'many');", 'Expected type INTEGER for field `AMOUNT`'],
    ['INSERT INTO items (price) VALUES (2.5);', 'primary key'],
  ],
};
