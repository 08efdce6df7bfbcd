import type { RefusalFamily } from './refusal.ts';

/** Statements as such: what they may say and what they are about. */
export const statementMessages = {
  /** LIMIT, PARTITIONS and their kin. */
  wholeNumber: (clause: string) => ({ message: `Value must be integer for command: ${clause}` }),
} satisfies RefusalFamily;
