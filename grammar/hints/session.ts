import { NO_DATABASES, NO_PERMISSIONS, NO_TRANSACTIONS, ONE_EACH } from './absent.ts';
import { firstOf, type HintRule, isText, type Place, unquoted } from './place.ts';

/** Properties and variables of a session. */

const textOf = (value: string): string => `'${unquoted(value)}'`;

const define: HintRule = ({ words, images, imageAt, here, before, index }) => {
  if (here === ':=') return `it is one sign: DEFINE ${imageAt(1)} = ${imageAt(index + 1)}`;
  const [first = ''] = words;
  if (first !== 'DEFINE' && first !== 'UNDEFINE') return undefined;
  if (index === 1 && isText(here)) return `names have no single quotes: ${unquoted(images[1] ?? '')}`;
  if (first === 'UNDEFINE') return undefined;
  if (here === ',') return ONE_EACH;
  if (before === '=') return `a value is a text: DEFINE ${imageAt(1)} = ${textOf(images[index] ?? 'value')}`;
  return index === 2
    ? `a value is a text: DEFINE ${imageAt(1)} = ${textOf(images[2] ?? 'value')}`
    : undefined;
};

/** SET and UNSET. */
const session: HintRule = (place) => {
  const { words, here, index } = place;
  if (words[0] === 'SET') return set(place);
  if (words[0] !== 'UNSET') return undefined;
  if (here === '' && index === 1) return `the name is a text: UNSET ${EXAMPLE}`;
  const name = nameOf(place, { start: 1, end: words.length });
  return name === undefined ? undefined : `the name is a text: UNSET '${name}'`;
};

const SETTINGS =
  "a setting has a name with dots: SET 'auto.offset.reset'='earliest'; SHOW PROPERTIES lists them";

/** What is set elsewhere. */
const SETS: Readonly<Record<string, string>> = {
  TIME: 'times are in UTC, and there is no zone of a session: leave it out',
  TIMEZONE: 'times are in UTC, and there is no zone of a session: leave it out',
  TIME_ZONE: 'times are in UTC, and there is no zone of a session: leave it out',
  NAMES: 'texts are UTF-8: leave it out',
  CHARACTER: 'texts are UTF-8: leave it out',
  CHARSET: 'texts are UTF-8: leave it out',
  AUTOCOMMIT: NO_TRANSACTIONS,
  TRANSACTION: NO_TRANSACTIONS,
  CONSTRAINTS: NO_TRANSACTIONS,
  ROLE: NO_PERMISSIONS,
  PASSWORD: NO_PERMISSIONS,
  SCHEMA: NO_DATABASES,
  CATALOG: NO_DATABASES,
  SEARCH_PATH: NO_DATABASES,
};

const SCOPES: ReadonlySet<string> = new Set(['SESSION', 'GLOBAL', 'LOCAL', 'PERSIST']);
const EXAMPLE = "'auto.offset.reset'";

const set: HintRule = (place) => {
  const { words, images, here } = place;
  const [, second = ''] = words;
  const start = SCOPES.has(second) && words[2] !== '=' ? 2 : 1;
  const subject = words[start] ?? '';
  if (Object.hasOwn(SETS, subject)) return SETS[subject];
  if (subject === '') return `name and value are texts: SET ${EXAMPLE}='value'`;
  const sign = words.findIndex((word, at) => at > start && (word === '=' || word === 'TO'));
  const isApart = sign === -1 && isText(images[start] ?? '');
  const end = isApart ? start + 1 : sign === -1 ? words.length : sign;
  const name = nameOf(place, { start, end });
  if (name === undefined || !name.includes('.')) return SETTINGS;
  const text = place.written(isApart || sign === -1 ? end : end + 1, images.length);
  if (text === '') return `name and value are texts: SET '${name}'='value'`;
  return isText(text) && here === ''
    ? undefined
    : `name and value are texts: SET '${name}'='${unquoted(text)}'`;
};

/** The name of a setting as it is written; undefined where that is more than one name. */
function nameOf(
  { written }: Place,
  { start, end }: { readonly start: number; readonly end: number },
): string | undefined {
  const name = unquoted(written(start, end));
  return /^[\w.@-]+$/.test(name) ? name : undefined;
}

export const hintForSession = firstOf([define, session]);
