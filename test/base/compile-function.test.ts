import { expect, it } from 'vitest';
import { compileFunction } from '../../src/base/compile-function.ts';

it('names more than a call takes arguments, and nothing else', () => {
  const count = 100_000;
  const scope = Object.fromEntries(Array.from({ length: count }, (_, index) => [`v${index}`, index]));
  const sum = compileFunction<() => number>(scope, `return () => v0 + v1 + v${count - 1};`);
  expect(sum()).toBe(count);
  expect(() => compileFunction({}, 'undeclared = 1;')).toThrow(ReferenceError);
});
