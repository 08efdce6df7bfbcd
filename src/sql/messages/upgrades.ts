import type { RefusalFamily } from '../../base/errors.ts';

const PREFIX = 'Query is not upgradeable.';

/** Why a query cannot take over the state of another, in ksqlDB's words. */
export const upgradeProblems = {
  unsupported: (className: string): string => `Upgrades not yet supported for ${className}`,
  differs: (className: string, property: string, [before, now]: readonly [string, string]): string =>
    `${PREFIX} Plan step of type ${className} must have matching ${property}. Values differ: ${before} vs. ${now}`,
  sourceToJoin: `${PREFIX} Cannot change a non-join source into a join source.`,
  added: (className: string): string =>
    `${PREFIX} Cannot add a ${className} step that is not in the original query plan.`,
} as const;

/** CREATE OR REPLACE of what a query writes. */
export const upgradeMessages = {
  refused: (problem: string, queryId: string) => ({
    message: problem,
    hint: `TERMINATE ${queryId}; DROP its result and make it anew: the state cannot be carried over`,
  }),
} satisfies RefusalFamily;
