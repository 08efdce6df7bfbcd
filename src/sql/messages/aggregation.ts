import type { RefusalFamily } from '../../base/errors.ts';
import { joinWords, issue } from './refusal.ts';

const wide = (count: number): string => (count === 1 ? '' : 's');

/** GROUP BY, HAVING, windows, aggregate functions, and the table functions that stand beside them. */
export const aggregationMessages = {
  /** `byPosition`: GROUP BY has numbers, which are constants here. */
  notGrouped: (expressions: readonly string[], options: { readonly byPosition: boolean }) => ({
    ...(options.byPosition
      ? { hint: `GROUP BY names columns, not their places: GROUP BY ${expressions.join(', ')}` }
      : {}),
    message:
      `Non-aggregate SELECT expression(s) not part of GROUP BY: ${expressions.join(', ')}\n` +
      'Either add the column(s) to the GROUP BY or remove them from the SELECT.',
  }),
  notGroupedInHaving: (expressions: readonly string[]) => ({
    message:
      `Non-aggregate HAVING expression not part of GROUP BY: ${expressions.join(', ')}\n` +
      'Consider switching the HAVING clause to a WHERE clause before the GROUP BY for non-aggregate expressions.',
  }),
  withoutFunctions: () => ({
    message: 'GROUP BY requires aggregate functions in either the SELECT or HAVING clause.',
  }),
  withoutGroups: (name: string) => ({
    message: `Use of aggregate function ${name} requires a GROUP BY clause.`,
  }),
  havingWithoutGroups: () => ({ message: 'HAVING clause requires a GROUP BY clause.' }),
  windowWithoutGroups: () => ({ message: 'WINDOW clause requires a GROUP BY clause.' }),
  emitFinal: () => ({
    message: 'EMIT FINAL is only supported for windowed aggregations.',
    hint: 'FROM name WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY ... EMIT FINAL has final results; others have EMIT CHANGES',
  }),
  nested: (call: string) => ({ message: `Aggregate functions can not be nested: ${call}` }),
  /** GROUP BY and PARTITION BY are evaluated before anything is aggregated. */
  aggregateInKey: (clause: string, name: string) => ({
    message: `${clause} does not support aggregate functions: ${name} is an aggregate function.`,
  }),
  duplicate: (clause: string, expression: string) => ({
    message: `Duplicate ${clause} expression: ${expression}`,
  }),
  /** A table takes back what it said: functions that cannot undo a row are for streams. */
  tableSource: (names: readonly string[]) => ({
    message:
      `The aggregation function${wide(names.length)} ${joinWords(names, 'and')} cannot be applied to a table source, ` +
      'but only to a stream source.',
  }),
  windowOnTable: () => ({
    message: 'Windowing not supported for table aggregations.',
    hint: 'WINDOW is for streams',
  }),
  windowBounds: (column: string) => ({
    message:
      `Window bounds column ${column} can only be used in the SELECT clause of windowed aggregations ` +
      `and can not be passed to aggregate functions.\nSee ${issue(4397)}`,
  }),
  stateType: () => ({
    message:
      'One of the functions used in the statement has an intermediate type that the value format can not handle. ' +
      'Please remove the function or change the format.',
  }),

  tableFunctionsOfTable: () => ({ message: 'Table source is not supported with table functions' }),
  tableFunctionsWithAggregates: () => ({ message: 'Table functions cannot be used with aggregations.' }),
  tableFunctionsNested: (outer: string, inner: string) => ({
    message: `Table functions cannot be nested: ${outer}(${inner}())`,
  }),
} satisfies RefusalFamily;
