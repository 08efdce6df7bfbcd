import { expect, it } from 'vitest';
import { faultsOfTransform } from './transform-checks.ts';

const INPUT = [
  [0, 'a'],
  [1, 'b'],
  [4, 'c'],
] as const;

it.each([
  ['nothing', ['3:0=a', '3:1=b', '3:4=c'], []],
  ['a result that is lost', ['3:0=a', '3:4=c'], ['transform-lost']],
  ['a result that is there twice', ['3:0=a', '3:1=b', '3:1=b', '3:4=c'], ['transform-doubled']],
  ['results in another order', ['3:1=b', '3:0=a', '3:4=c'], ['transform-order']],
  ['a result of nothing', ['3:0=a', '3:1=b', '3:4=c', '3:5=d'], ['transform-foreign']],
])('the check of a transformed topic finds %s', (_, results, expected) => {
  const output = results.map((value, index) => [index * 2, value] as const);
  const faults = faultsOfTransform(3, { input: INPUT, output });
  expect(faults.map(({ checker }) => checker)).toEqual(expected);
});
