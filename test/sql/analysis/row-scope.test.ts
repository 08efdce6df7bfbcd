import { describe, expect, it } from 'vitest';
import { parseExpression } from '../../../grammar/index.ts';
import { INTEGER } from '../../../src/serde/model/sql-type.ts';
import { referenceTo } from '../../../src/sql/analysis/column-address.ts';
import { bindOver, placeOf } from '../../../src/sql/analysis/row-scope.ts';
import type { AnalysisContext } from '../../../src/sql/analysis/session.ts';
import { Catalog } from '../../../src/sql/catalog/catalog.ts';
import { builtInRegistry } from '../../../src/sql/functions/built-in.ts';
import type { RowColumn } from '../../../src/sql/logical/nodes.ts';
import { typedRow } from '../../../src/sql/lowering/lowering-context.ts';
import type { PlanColumn } from '../../../src/sql/physical/steps.ts';

const context: AnalysisContext = {
  catalog: Catalog.empty,
  functions: builtInRegistry(),
  properties: {},
  topics: new Map(),
};

describe('columns of a row', () => {
  it('are read once, however many expressions are bound over them', () => {
    let reads = 0;
    const wide = Array.from({ length: 100 }, (_, index): RowColumn => ({ name: `C${index}`, type: INTEGER }));
    const row = new Proxy(wide, {
      get: (target, key): unknown => {
        if (key === '99') reads += 1;
        return Reflect.get(target, key);
      },
    });
    const bindAt = (index: number): unknown => bindOver(row, parseExpression(`C${index} + 1`), context);
    bindAt(0);
    const first = reads;
    for (let index = 1; index < 100; index += 1) bindAt(index);
    expect(first).toBeGreaterThan(0);
    expect(reads).toBe(first);
  });

  it('are found by where they come from, whatever they are called', () => {
    const columns: readonly RowColumn[] = [
      { name: 'A_B_C', type: INTEGER, of: { source: 0, index: 2 } },
      { name: 'A_B_C', type: INTEGER, of: { source: 1, index: 2 } },
      { name: 'ROWKEY', type: INTEGER },
    ];
    const placeAt = (source: number): unknown =>
      placeOf(columns, referenceTo({ source, index: 2 }, 'A_B_C', parseExpression('x')));
    expect([placeAt(0), placeAt(1), placeAt(2)]).toEqual([0, 1, undefined]);
    expect(placeOf(columns, parseExpression('ROWKEY'))).toBe(2);
    // The name that a source's column is shown under means nothing.
    expect(placeOf(columns, parseExpression('A_B_C'))).toBeUndefined();
  });

  it('are times of records by the columns beside them, in rows that were recorded under their names', () => {
    const named = (name: string): PlanColumn => ({ name, type: 'BIGINT' });
    const joined = ['A_MY_ROWTIME', 'A_ROWTIME', 'A_ROWPARTITION', 'A_ROWOFFSET'].map(named);
    const isTime = (row: readonly PlanColumn[], name: string): unknown => {
      const bound = bindOver(typedRow(row), parseExpression(name), context);
      return bound.kind === 'Column' && bound.isRecordTime;
    };
    expect(isTime(joined, 'A_ROWTIME')).toBe(true);
    expect(isTime(joined, 'A_MY_ROWTIME')).toBe(false);
    expect(isTime([named('WINDOWSTART')], 'WINDOWSTART')).toBe(true);
    expect(isTime([{ name: 'MY_WINDOWEND', type: 'STRING' }], 'MY_WINDOWEND')).toBe(false);
  });
});
