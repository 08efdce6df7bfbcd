import { expect, it } from 'vitest';
import { joinKeyName, joinKeyNames } from '../../../src/sql/analysis/generated-names.ts';

it('numbers the key of a join above the names that columns have', () => {
  expect(joinKeyName(['A_ID', 'B_ID'])).toBe('ROWKEY');
  expect(joinKeyName(['A_ROWKEY', 'B_ID'])).toBe('ROWKEY_1');
  expect(joinKeyName(['A_ROWKEY_4', 'ROWKEY', 'MY_ROWKEYS'])).toBe('ROWKEY_5');
});

it('knows the names that joins may give, with and without the keys of those before', () => {
  const names = (...rows: readonly (readonly string[])[]): readonly string[] => [...joinKeyNames(rows)];
  expect(names(['ROWKEY'])).toEqual([]);
  expect(names(['A_ID'], ['B_ID'])).toEqual(['ROWKEY']);
  expect(names(['A_ID'], ['B_ID'], ['C_ID'])).toEqual(['ROWKEY', 'ROWKEY_1']);
  expect(names(['A_ID'], ['B_ID'], ['C_ROWKEY_5'])).toEqual(['ROWKEY', 'ROWKEY_6']);
});
