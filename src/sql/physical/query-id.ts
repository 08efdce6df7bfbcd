import { assert } from '../../base/assert.ts';
import { statementMessages } from '../messages/statements.ts';
import { refuse } from '../analysis/sql-error.ts';

declare const isQueryId: unique symbol;

/**
 * The id of a query. The names of its consumer group, of its internal topics and of its state folder are made of it, and
 * there a `-` ends it: so it consists of letters, digits and `_`, and no id begins the names of another. (Plans of
 * version 1 may hold other ids: whoever deletes by a name checks it.)
 */
export type QueryId = string & { readonly [isQueryId]: true };

/** What is left of the 249 characters of a topic's name beside the service's id and the names of stores. */
const QUERY_ID_LENGTH_MAX = 100;

/** What the ids that are not given by users begin with. */
const RESERVED_PREFIXES = ['INSERTQUERY_', 'CTAS_', 'CSAS_', 'CST_'] as const;
export type QueryIdPrefix = (typeof RESERVED_PREFIXES)[number];

/**
 * Returns the id that a user gives a query, in capitals.
 * @throws {DiagnosticError} for one that is empty, too long, or has other characters than letters, digits and `_`; and for
 *   one that could be of a query that was given none.
 */
export function parseQueryId(text: string): QueryId {
  const id = text.toUpperCase();
  if (RESERVED_PREFIXES.some((prefix) => id.startsWith(prefix))) {
    throw refuse(statementMessages.queryIdReserved(id, RESERVED_PREFIXES));
  }
  if (id.length > QUERY_ID_LENGTH_MAX) {
    throw refuse(statementMessages.queryIdLong(id.length, QUERY_ID_LENGTH_MAX));
  }
  if (hasIdCharacters(id)) return id;
  throw refuse(statementMessages.queryIdCharacters(id));
}

/**
 * Returns the id that a query had where it was recorded.
 * @throws {DiagnosticError} for one with other characters than letters, digits and `_`.
 */
export function recordedQueryId(id: string): QueryId {
  if (hasIdCharacters(id)) return id;
  throw refuse(statementMessages.queryIdCharacters(id));
}

function hasIdCharacters(text: string): text is QueryId {
  return /^[A-Za-z0-9_]+$/.test(text);
}

/**
 * Returns an id that no query has: what the query is, the name of what it writes or reads, and a number.
 * @param options `number`: where counting begins.
 */
export function generatedQueryId(
  parts: { readonly prefix: QueryIdPrefix | 'transient_' | 'SCALABLE_PUSH_QUERY_'; readonly name?: string },
  options: { readonly number: number; readonly isTaken: (id: string) => boolean },
): QueryId {
  // A source may be called anything.
  const name = (parts.name ?? '').replaceAll(/[^A-Za-z0-9_]/g, '_').slice(0, QUERY_ID_LENGTH_MAX);
  const base = parts.prefix + (name === '' ? '' : `${name}_`);
  let { number } = options;
  while (options.isTaken(`${base}${number}`)) number++;
  const id = `${base}${number}`;
  assert(hasIdCharacters(id), 'a generated id is an id');
  return id;
}
