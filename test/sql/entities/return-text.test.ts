import { describe, expect, it } from 'vitest';
import { returnText } from '../../../src/sql/entities/return-text.ts';
import { builtInRegistry, defineAggregate, type SqlType } from '../../../src/sql/index.ts';

const textsOf = (name: string): readonly string[] =>
  (builtInRegistry().find(name)?.overloads ?? []).map(
    (overload) => `(${overload.parameters.join(', ')}) ${returnText(overload)}`,
  );

describe('what DESCRIBE FUNCTION says that a function returns', () => {
  it('is a type of every built-in function', () => {
    const functions = builtInRegistry().list();
    expect(functions.length).toBeGreaterThan(100);
    for (const { name, overloads } of functions)
      for (const overload of overloads)
        expect(returnText(overload), name).toMatch(/^[A-Z][A-Za-z_0-9<>,:`() ]*$/);
    expect(functions.flatMap(({ overloads }) => overloads.map(returnText)).join()).not.toMatch(
      /depends|SAMPLE|\(10/,
    );
  });

  it.each([
    ['SUM', '(value DECIMAL) DECIMAL'],
    ['ROUND', '(val DECIMAL) DECIMAL'],
    ['EXPLODE', '(input ARRAY<DECIMAL>) DECIMAL'],
    ['COLLECT_LIST', '(value T) ARRAY<T>'],
    ['LATEST_BY_OFFSET', '(value T) T'],
    ['LATEST_BY_OFFSET', '(value T, n INTEGER LITERAL) ARRAY<T>'],
    ['HISTOGRAM', '(value STRING) MAP<STRING, BIGINT>'],
    [
      'TOPK',
      '(sort_col BIGINT, others ANY..., k INTEGER LITERAL) ' +
        'ARRAY<BIGINT>, with others ARRAY<STRUCT<`sort_col` BIGINT, `col0` ANY>>',
    ],
  ])('%s%s', (name, text) => {
    expect(textsOf(name)).toContain(text);
  });

  it('is not known where a function of the user takes no samples', () => {
    const bind = ({ argumentTypes }: { readonly argumentTypes: readonly SqlType[] }): never => {
      throw new RangeError(`not of ${String(argumentTypes[0]?.kind)}`);
    };
    const { overloads } = defineAggregate({
      name: 'MINE',
      category: 'AGGREGATE',
      description: 'Takes numbers alone.',
      overloads: [{ parameters: ['value T'], bind }],
    });
    expect(overloads.map(returnText)).toEqual(['depends on the arguments']);
  });
});
