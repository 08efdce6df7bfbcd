import type { QueryDescription } from '../entities/descriptions.ts';
import { queryDescription, queryListing } from '../entities/query-entities.ts';
import { lossesOf } from '../entities/query-statistics.ts';
import { entityOf, withWarnings } from '../entities/statement-entity.ts';
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
  async entity({ text, extended, queries }, facts) {
    const entity = extended
      ? entityOf('query_descriptions', text, {
          queryDescriptions: await Promise.all(queries.map((query) => queryDescription(query))),
        })
      : withWarnings(
          entityOf('queries', text, { queries: queries.map(queryListing) }),
          await lossesOf(queries),
        );
    const standstills = new Set(queries.flatMap(({ standstill }) => standstill ?? []));
    return withWarnings(withWarnings(entity, [...standstills]), facts.serviceWarnings());
  },
};
