import type { RefusalFamily } from '../../base/errors.ts';
import { quoteName } from '../../base/sql-quotes.ts';
import { printType, type SqlType } from '../../serde/model/sql-type.ts';
import { issue, joinWords } from './refusal.ts';

/** What a message calls the columns that make up the key. */
interface KeyWords {
  /** `key column`, `grouping expression`, `partitioning expression`, `join expression`. */
  readonly noun: string;
  readonly joined: 'and' | 'or';
  readonly expressions: readonly string[];
  /** The key is of our making. */
  readonly synthetic: boolean;
}

/** Keys: what can be one, and that a result that is kept needs its own. */
export const keyMessages = {
  mapKey: (column: string, type: SqlType) => ({
    message:
      'Map keys, including types that contain maps, are not supported as they may lead to unexpected behavior due to ' +
      `inconsistent serialization. Key column name: ${quoteName(column)}. Column type: ${printType(type)}. ` +
      `See ${issue(6621)} for more.`,
  }),
  missing: (sink: string, { noun, joined, expressions, synthetic }: KeyWords) => {
    const example = joined === 'or' ? (expressions[0] ?? '') : expressions.join(', ');
    return {
      message:
        'Key missing from projection (ie, SELECT). See https://cnfl.io/2LV7ouS.\n' +
        `The query used to build ${quoteName(sink)} must include the ${noun}${expressions.length > 1 ? 's' : ''} ` +
        `${joinWords(expressions, joined)} in its projection (eg, SELECT ${example}...).` +
        (synthetic
          ? `\n${expressions[0] ?? ''} was added as a synthetic key column because the join criteria did not match any ` +
            'source column. This expression must be included in the projection and may be aliased.'
          : ''),
      hint: `select it: SELECT ${example}, …`,
    };
  },
  missingOfForeignKeyJoin: (left: string, missing: readonly string[]) => {
    const columns = missing.length > 1 ? 'columns' : 'column';
    return {
      message:
        `Primary key ${columns} missing in projection. For foreign-key table-table joins, the projection must include all ` +
        `primary key columns from the left input table (${quoteName(left)}). ` +
        `Missing ${columns}: ${missing.map(quoteName).join(', ')}.`,
    };
  },
  selectedTwice: (column: string, aliases: readonly string[]) => ({
    message:
      `The projection contains a key column (${quoteName(column)}) more than once, aliased as: ${joinWords(aliases, 'and')}.\n` +
      'Each key column must only be in the projection once. If you intended to copy the key into the value, then ' +
      'consider using the AS_VALUE function to indicate which key reference should be copied.',
  }),
  noValues: () => ({ message: 'The projection contains no value columns.' }),

  /** PARTITION BY gives rows another key; in a table they would be other rows. */
  partitionByOfTable: (keys: readonly string[], expressions: readonly string[]) => ({
    message:
      "Cannot repartition a TABLE source. If this is a join, make sure that the criteria uses the TABLE's key column " +
      `${keys.join(', ')} instead of [${expressions.join(', ')}]`,
    hint: 'PARTITION BY is for streams; a table has another key by GROUP BY',
  }),
  partitionByOfWindowed: () => ({
    message: `PARTITION BY is not supported for windowed sources.\nSee ${issue(4385)}.`,
  }),
  partitionByNullAndMore: () => ({ message: 'Cannot PARTITION BY multiple columns including NULL' }),
  partitionByNothing: () => ({
    message: 'PARTITION BY requires at least one expression',
    hint: 'PARTITION BY NULL drops the key',
  }),
} satisfies RefusalFamily;
