import type { Refusal } from '../../base/errors.ts';
import { printType, type SqlType } from '../../serde/model/sql-type.ts';

/** Where the reader finds more, as ksqlDB links it. */
export const issue = (number: number): string => `https://github.com/confluentinc/ksql/issues/${number}`;

/** A type as messages print it; NULL has none. */
export const typeText = (type: SqlType | null): string => (type === null ? 'null' : printType(type));

/** The kind of a type, without its parameters. */
export const kindText = (type: SqlType | null): string => type?.kind ?? 'null';

/** `A`, `A and B`, `A, B or C`. */
export function joinWords(words: readonly string[], last: 'and' | 'or'): string {
  if (words.length <= 1) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

/** The nearest name as a field of a refusal; none where there is none. */
export const near = (suggestion: string | undefined): Pick<Refusal, 'suggestion'> =>
  suggestion === undefined ? {} : { suggestion };

/** A refusal under a heading that says where in a statement it arose. */
export function headed<R extends Refusal>(heading: string, refusal: R): R {
  return { ...refusal, message: heading + refusal.message };
}
