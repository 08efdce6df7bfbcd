import { defineFunction, boundOverload, type CallBinding } from '../definition.ts';
import { joinTexts } from '../limits.ts';
import { STRING, printType } from '../../../serde/model/sql-type.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';
import { textPrinter } from '../../values/java-text.ts';

/** Elements as Java prints them. Arrays, maps and structs in the array are an error for each row that has one. */
function joining({
  argumentTypes,
}: CallBinding): (array: readonly SqlValue[] | null, delimiter?: string | null) => string {
  const type = argumentTypes[0];
  const element = type?.kind === 'ARRAY' ? type.element : STRING;
  const nested = element.kind === 'ARRAY' || element.kind === 'MAP' || element.kind === 'STRUCT';
  const refuse = (): never => {
    throw new RangeError(`can't join elements of type ${printType(element)}`);
  };
  const print = nested ? refuse : (textPrinter(element) ?? refuse);
  return (array, delimiter = ',') =>
    array === null
      ? ''
      : joinTexts(
          'ARRAY_JOIN',
          array.map((value) => (value === null ? 'null' : print(value))),
          delimiter ?? '',
        );
}

export const arrayJoin = defineFunction({
  name: 'ARRAY_JOIN',
  category: 'ARRAY',
  description: 'The elements of an array as text with a delimiter between them, a comma unless given.',
  overloads: [
    boundOverload(['array ARRAY<T>'], 'STRING', joining),
    boundOverload(['array ARRAY<T>', 'delimiter STRING'], 'STRING', joining),
  ],
  examples: [{ sql: "ARRAY_JOIN(ARRAY[1, NULL, 3], '|')", gives: "'1|null|3'" }],
});
