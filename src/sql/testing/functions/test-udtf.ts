import type { SqlType } from '../../../serde/model/sql-type.ts';
import type { SqlMap, SqlValue } from '../../../serde/model/sql-value.ts';
import { type ArgumentType, defineTableFunction, tableOverload } from '../../functions/index.ts';
import { textPrinter } from '../../values/java-text.ts';

const types = ['INTEGER', 'BIGINT', 'DOUBLE', 'BOOLEAN', 'STRING', 'DECIMAL', 'STRUCT<A STRING>'];

/** The texts of one value of each argument. */
function texts(
  argumentTypes: readonly ArgumentType[],
  elementType: (type: SqlType) => SqlType,
  first: (value: SqlValue) => SqlValue,
): (...args: SqlValue[]) => readonly SqlValue[] {
  const printers = argumentTypes.map((type) => textPrinter(elementType(type as SqlType)) ?? String);
  return (...args) => args.map((value, index) => printers[index]?.(first(value)) ?? null);
}

export const testUdtf = defineTableFunction({
  name: 'test_udtf',
  category: 'TABLE',
  description: 'One row for each of many arguments, or for one.',
  overloads: [
    {
      parameters: types.map((type, index) => `p${index} ${type}`),
      returns: 'STRING',
      bind: ({ argumentTypes }) =>
        texts(
          argumentTypes,
          (type) => type,
          (value) => value,
        ),
    },
    {
      parameters: types.map((type, index) => `p${index} ARRAY<${type}>`),
      returns: 'STRING',
      bind: ({ argumentTypes }) =>
        texts(
          argumentTypes,
          (type) => (type.kind === 'ARRAY' ? type.element : type),
          (value) => (value as readonly SqlValue[])[0] ?? null,
        ),
    },
    {
      parameters: types.map((type, index) => `p${index} MAP<STRING, ${type}>`),
      returns: 'STRING',
      bind: ({ argumentTypes }) =>
        texts(
          argumentTypes,
          (type) => (type.kind === 'MAP' ? type.value : type),
          (value) => [...(value as SqlMap).values()][0] ?? null,
        ),
    },
    ...types.map((type) => tableOverload([`value ${type}`], type, (value: SqlValue) => [value])),
  ],
});

export const throwingUdtf = defineTableFunction({
  name: 'throwing_udtf',
  category: 'TABLE',
  description: 'One row, or an error.',
  overloads: [
    tableOverload(['shouldThrow BOOLEAN'], 'BOOLEAN', (shouldThrow) => {
      if (shouldThrow === true) throw new Error('You asked me to throw...');
      return [shouldThrow];
    }),
  ],
});
