import type { StatementCase } from '../statement-case.ts';

/** A statement that the grammar knows, and nothing else. */
export const unsupported = (sql: string, name: string): StatementCase => ({
  refusals: [[sql, `${name} is not supported`]],
});

/** A statement that only `millrace test` knows. */
export const forTestFiles = (sql: string): StatementCase => ({
  refusals: [[sql, 'is a statement for test files only']],
});
