import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expression } from '../../grammar/ast.ts';
import { ExpressionMap, sameSyntax } from '../../grammar/equality.ts';
import { printTree } from '../../grammar/printer/tree.ts';
import { formatExpression, parseExpression } from '../../grammar/index.ts';
import { rewriteExpression } from '../../grammar/traverse.ts';
import { allAtOnce } from '../../src/base/pieces.ts';
import { expression, wellTyped } from '../sql/random-expressions.ts';

describe('expressions as they were written', () => {
  it('are one where their printed forms are', () => {
    fc.assert(
      fc.property(expression, fc.oneof(expression, wellTyped), (a, b) => {
        const [left, right] = [parseExpression(a), parseExpression(b)];
        expect(sameSyntax(left, right)).toBe(formatExpression(left) === formatExpression(right));
        expect(sameSyntax(left, parseExpression(`( ${formatExpression(left)} )`)), a).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('tell names with points from names of sources', () => {
    expect(sameSyntax(parseExpression('a.b'), parseExpression('`A.B`'))).toBe(false);
    expect(sameSyntax(parseExpression('a.b'), parseExpression('b'))).toBe(false);
  });

  it('are one name however it is quoted', () => {
    const [plain, quoted, other] = [parseExpression('A'), parseExpression('"A"'), parseExpression('`A`')];
    expect(sameSyntax(plain, quoted)).toBe(true);
    expect(new ExpressionMap([[quoted, 1]]).get(other)).toBe(1);
    expect(quoted).toMatchObject({ isDoubleQuoted: true });
    expect(allAtOnce(printTree(quoted))).toBe(allAtOnce(printTree(plain)));
  });

  it('are found in a map, also where a field was added later', () => {
    const map = new ExpressionMap([[parseExpression('s.a + 1'), 'first']]);
    const qualified = rewriteExpression(parseExpression('a + 1'), (part): Expression | undefined =>
      part.kind === 'ColumnReference' ? { ...part, source: 'S' } : undefined,
    );
    expect(map.get(qualified)).toBe('first');
    expect(map.add(qualified, 'second')).toBe(false);
    expect(map.get(parseExpression('S.A+1'))).toBe('first');
    expect(map.get(parseExpression('a + 1'))).toBeUndefined();
    expect(map.add(parseExpression('a + 1'), 'other')).toBe(true);
    expect(map.get(parseExpression('a + 1'))).toBe('other');
  });
});
