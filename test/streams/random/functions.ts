/** The functions of random programs, which RandomPrograms.java has under the same names. */

const LENGTH_MAX = 24;

/** What would grow without end, from its end. */
export const cut = (text: string): string =>
  text.length > LENGTH_MAX ? text.slice(text.length - LENGTH_MAX) : text;

/** Of the characters; 0 for null. */
export function sum(text: string | null): number {
  let total = 0;
  for (const char of text ?? '') total += char.charCodeAt(0);
  return total;
}

type Text = string | null;

export const keyFunctions: Readonly<Record<string, (key: Text, value: Text) => Text>> = {
  value: (_key, value) => `k${sum(value) % 3}`,
  both: (key, value) => `${key ?? ''}${sum(value) % 2}`,
  some: (key, value) => (sum(value) % 4 === 0 ? null : key),
};

export const valueFunctions: Readonly<Record<string, (value: Text, key: Text) => Text>> = {
  bang: (value) => (value === null ? null : cut(`${value}!`)),
  keyed: (value, key) => cut(`${key}${value}`),
  some: (value) => (sum(value) % 4 === 0 ? null : value),
};

export const predicates: Readonly<Record<string, (key: Text, value: Text) => boolean>> = {
  odd: (_key, value) => sum(value) % 2 === 1,
  few: (_key, value) => sum(value) % 3 !== 0,
  'not-a': (key) => key !== 'a',
};

export const joiner = (left: Text, right: Text): string => cut(`${left}-${right}`);
export const add = (aggregate: string, value: string): string => cut(`${aggregate}+${value}`);
export const subtract = (aggregate: string, value: string): string => cut(`${aggregate}~${value}`);
/** Deletes what it has when such a value comes. */
export const addOrDelete = (aggregate: string, value: string): string | null =>
  sum(value) % 5 === 0 ? null : add(aggregate, value);
/** The set of what was added, which does not care how often: sorted, joined by `.`. */
export const collect = (aggregate: string, value: string): string =>
  [...new Set([...aggregate.split('.').filter((each) => each !== ''), value])].sort().join('.');
export const foreignKey = (value: string): Text => ['a', 'b', 'c', null][sum(value) % 4] ?? null;
