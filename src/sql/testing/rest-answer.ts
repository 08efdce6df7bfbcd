import { difference } from './compare.ts';
import { isArray, isObject, type Json, type JsonObject, printJson } from './lossless-json.ts';

/** Values in a column's JSON that the case gives and the answer must equal. */
const exact = true;

/**
 * Compares the messages of an answer with what a case expects, by the rules of ksqlDB's REST tests: as many messages, of
 * which each has what is expected of it and may have more; rows in any order unless the case asks for theirs. Answers
 * the first difference, or undefined.
 */
export function compareAnswer(
  expected: readonly JsonObject[],
  actual: readonly Json[],
  options: { readonly inOrder: boolean; readonly statement: string },
): string | undefined {
  if (expected.length !== actual.length) {
    return `expected ${expected.length} messages, got ${actual.length}: ${printJson([...actual])}`;
  }
  const wanted = expected.map((message) => withStatement(message, options.statement));
  if (options.inOrder) {
    const at = wanted.findIndex((message, index) => !matches(message, actual[index] ?? null, options));
    return at < 0
      ? undefined
      : `expected ${printJson(wanted[at] ?? null)}, got ${printJson(actual[at] ?? null)}`;
  }
  const left = [...actual];
  for (const message of wanted) {
    const at = left.findIndex((candidate) => matches(message, candidate, options));
    if (at < 0) return `expected ${printJson(message)} among ${printJson(left)}`;
    left.splice(at, 1);
  }
  return undefined;
}

/** Compares the entities that statements answer: each has what is expected of it and may have more. */
export function compareEntities(expected: readonly Json[], actual: readonly Json[]): string | undefined {
  if (expected.length > 0 && expected.length !== actual.length) {
    return `expected ${expected.length} entities, got ${actual.length}: ${printJson([...actual])}`;
  }
  const at = expected.findIndex(
    (entity, index) => !matches(entity, actual[index] ?? null, { inOrder: true }),
  );
  return at < 0
    ? undefined
    : `expected the entity ${printJson(expected[at])}, got ${printJson(actual[at] ?? null)}`;
}

/** `{STATEMENT}` stands for the text that was sent. */
function withStatement(json: Json, statement: string): Json {
  if (typeof json === 'string') return json.replaceAll('{STATEMENT}', statement);
  if (isArray(json)) return json.map((item) => withStatement(item, statement));
  if (!isObject(json)) return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [name, withStatement(value, statement)]),
  );
}

/** An expected name may end in `|STARTS_WITH`: then the text has to begin so. */
function matches(expected: Json, actual: Json, options: { readonly inOrder: boolean }): boolean {
  if (!isObject(expected)) return difference(expected, actual, '', exact) === undefined;
  if (!isObject(actual)) return false;
  return Object.entries(expected).every(([key, value]) => {
    const [name = '', rule] = key.split('|');
    const found = actual[name];
    if (found === undefined) return false;
    if (rule?.toLowerCase() === 'starts_with') {
      return typeof found === 'string' && typeof value === 'string' && found.startsWith(value);
    }
    return name === 'columns' ? sameColumns(value, found, options) : matches(value, found, options);
  });
}

/** The values of a row come in any order too, unless the case asks for theirs. */
function sameColumns(expected: Json, actual: Json, { inOrder }: { readonly inOrder: boolean }): boolean {
  if (difference(expected, actual, 'columns', exact) === undefined) return true;
  if (inOrder || !isArray(expected) || !isArray(actual) || expected.length !== actual.length) return false;
  const left = [...actual];
  return expected.every((value) => {
    const at = left.findIndex((candidate) => difference(value, candidate, '', exact) === undefined);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}
