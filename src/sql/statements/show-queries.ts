import type { QueryDescription } from '../entities/descriptions.ts';
import type { ShowDefinition } from './show-definition.ts';

type QueriesResult = {
  readonly kind: 'queries';
  readonly text: string;
  readonly extended: boolean;
  readonly queries: readonly QueryDescription[];
};

/** SHOW QUERIES. */
export const showQueries: ShowDefinition<QueriesResult> = {
  execute: ({ statement: { extended }, text, running }) =>
    Promise.resolve({ kind: 'queries', text, extended, queries: running.descriptions() }),
};
