import { describe, expect, it } from 'vitest';
import { formatExpression } from '../../../grammar/index.ts';
import { parsePlanText } from '../../../src/sql/physical/plan-text.ts';

describe('texts of plans', () => {
  it('are parsed once', () => {
    const first = parsePlanText('(A + 1)');
    expect(formatExpression(first)).toBe('(A + 1)');
    expect(parsePlanText('(A + 1)')).toBe(first);
  });

  it('are forgotten when there are many, those first that were not used for long', () => {
    const used = parsePlanText("'used'");
    const unused = parsePlanText("'unused'");
    for (let n = 0; n < 30; n += 1) {
      parsePlanText(`'${String(n).padStart(40_000, '-')}'`);
      expect(parsePlanText("'used'")).toBe(used);
    }
    expect(parsePlanText("'unused'")).not.toBe(unused);
  });

  it('are refused each time where they are none', () => {
    for (const _ of [1, 2]) expect(() => parsePlanText('A +')).toThrow('Syntax Error');
  });
});
