import { describe, expect, it } from 'vitest';
import { checkBeginnings } from '../../grammar/check-beginnings.ts';
import { refusalOf, type Told } from './refusal-of.ts';

/** One rule each: what is said, what is underlined, and what may have been meant. */
export function checkRefusals(title: string, rows: readonly (Told & { readonly sql: string })[]): void {
  describe(`what is said of ${title}`, () => {
    it.each(rows)('$sql', async ({ sql, message, ...told }) => {
      const refusal = await refusalOf(sql);
      expect(refusal?.message.slice(0, message.length)).toBe(message);
      expect(refusal).toMatchObject(told);
      expect(refusal?.suggestion).toBe(told.suggestion);
      expect(refusal?.hint).toBe(told.hint);
    });
    checkBeginnings(rows.map(({ sql }) => sql));
  });
}
