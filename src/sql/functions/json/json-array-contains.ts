import { mustStop } from '../../../base/assert.ts';
import { SerdeError } from '../../../serde/model/serde-error.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';
import { JsonNumber, type ExactJson } from '../../../serde/json/exact-parser.ts';
import { boundOverload, defineFunction, type ArgumentType } from '../definition.ts';
import { arrayElements } from './json-document.ts';

/** Whether an element is the wanted value, which is not null. */
type Equals = (element: ExactJson, wanted: SqlValue) => boolean;

/**
 * Elements equal values of their own kind alone: whole numbers those of INTEGER and BIGINT, numbers with a fraction or an
 * exponent those of DOUBLE. No element equals a DECIMAL, a time or a collection.
 */
function equalityFor(type: ArgumentType | undefined): Equals {
  switch (type?.kind) {
    case 'STRING':
    case 'BOOLEAN':
      return (element, wanted) => element === wanted;
    case 'INTEGER':
    case 'BIGINT':
      return (element, wanted) =>
        element instanceof JsonNumber &&
        element.isInteger &&
        BigInt(element.text) === BigInt(wanted as number);
    case 'DOUBLE':
      return (element, wanted) =>
        element instanceof JsonNumber && !element.isInteger && Object.is(Number(element.text), wanted);
    default:
      return () => false;
  }
}

function contains(text: string, value: SqlValue, equals: Equals): boolean {
  try {
    for (const element of arrayElements(text)) {
      if (value === null ? element === null : equals(element, value)) return true;
    }
  } catch (error) {
    // What stands behind a mistake is not found; what stands in front of it was.
    if (mustStop(error) || !(error instanceof SerdeError)) throw error;
  }
  return false;
}

export const jsonArrayContains = defineFunction({
  name: 'json_array_contains',
  category: 'JSON',
  description:
    'Whether the JSON array of a text has an element of the type and value; false where the text is none.',
  overloads: [
    boundOverload(['jsonArray STRING', 'val T'], 'BOOLEAN', ({ argumentTypes }) => {
      const equals = equalityFor(argumentTypes[1]);
      return (text, value) => text !== null && contains(text, value, equals);
    }),
  ],
  examples: [
    { sql: "JSON_ARRAY_CONTAINS('[1, 2]', 2)", gives: 'TRUE' },
    { sql: "JSON_ARRAY_CONTAINS('[1, 2.0]', 2)", gives: 'FALSE' },
    { sql: `JSON_ARRAY_CONTAINS('["1"]', 1)`, gives: 'FALSE' },
  ],
});
