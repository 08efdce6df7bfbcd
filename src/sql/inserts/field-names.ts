import { unquote } from '../../base/sql-quotes.ts';

const QUOTED = /^(?:`(?:[^`]|``)+`|"(?:[^"]|"")+")$/;

/**
 * What a name of a request means: as it stands within quotes or backticks, else in upper case, as in SQL. ksqlDB's clients
 * send the names of streams and of fields so.
 */
export function meantName(text: string): string {
  return QUOTED.test(text) ? unquote(text) : text.toUpperCase();
}
