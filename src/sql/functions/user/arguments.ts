import type { SqlType } from '../../../serde/model/sql-type.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';
import { crossingOf } from './crossing.ts';
import type { QuickJs } from './io/quickjs.ts';

/** Makes values those of a context; they are to be freed. */
export type Pass = (value: SqlValue) => number;

/**
 * How values of a type become arguments: numbers, texts and truth values as they are, the others as texts that the prelude reads.
 * @param newText makes a text of the context.
 */
export function passing(
  type: SqlType,
  {
    quickJs,
    context,
    newText,
  }: { readonly quickJs: QuickJs; readonly context: number; readonly newText: (text: string) => number },
): Pass {
  const { ffi } = quickJs;
  const cross = crossingOf(type);
  switch (type.kind) {
    case 'INTEGER':
    case 'DOUBLE':
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      return (value) => (typeof value === 'number' ? ffi.QTS_NewFloat64(context, value) : quickJs.nullValue);
    case 'BIGINT':
      return (value) => {
        if (typeof value === 'number') return ffi.QTS_NewFloat64(context, value);
        return typeof value === 'bigint' ? newText(value.toString()) : quickJs.nullValue;
      };
    case 'BOOLEAN':
      return (value) => {
        if (value === null) return quickJs.nullValue;
        return value === true ? quickJs.trueValue : quickJs.falseValue;
      };
    case 'STRING':
    case 'DECIMAL':
    case 'BYTES':
      return (value) => {
        const text = cross(value);
        return typeof text === 'string' ? newText(text) : quickJs.nullValue;
      };
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
      return (value) => (value === null ? quickJs.nullValue : newText(JSON.stringify(cross(value))));
  }
}
