import { EXPRESSION_KINDS } from './expression-kinds.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../../src/base/errors.ts';
import type { BoundExpression } from '../../../src/sql/bound/nodes.ts';
import { printBound } from '../../../src/sql/bound/print.ts';
import { printBoundTree } from '../../../src/sql/bound/print-tree.ts';
import { decodeExpression } from '../../../src/sql/bound/record/decode.ts';
import { encodeExpression } from '../../../src/sql/bound/record/encode.ts';
import type { ExpressionRecord } from '../../../src/sql/bound/record/expression-record.ts';
import { compileExpression } from '../../../src/sql/expressions/index.ts';
import { builtInRegistry, defineFunction, overload } from '../../../src/sql/functions/index.ts';
import { parseSchema } from '../../../src/sql/types/index.ts';
import { bound } from '../expression-harness.ts';
import { rows, schema, wellTyped } from '../random-expressions.ts';

/** The limits of an expression, as docs/decisions/0019 has them. */
const EXPRESSION_DEPTH_MAX = 1_000;
const EXPRESSION_NODES_MAX = 100_000;

const registry = builtInRegistry({ nowMs: () => 1_000_000_000_000 });
const options = { row: parseSchema(schema).columns, functions: registry, config: {} };

function boundIfTyped(sql: string): BoundExpression | undefined {
  try {
    return bound(sql, { schema });
  } catch (error) {
    if (error instanceof DiagnosticError) return undefined;
    throw error;
  }
}

/** What is left of an expression that was written down as JSON and read again. */
function reread(expression: BoundExpression): BoundExpression {
  const record = JSON.parse(JSON.stringify(encodeExpression(expression))) as ExpressionRecord;
  return decodeExpression(record, printBound(expression), options);
}

/** The value of an expression over a row, and what was told of failures. */
function outcome(expression: BoundExpression, row: readonly never[]): unknown {
  const failures: unknown[] = [];
  const { type, evaluate } = compileExpression(expression, {
    onError: (error, text) => failures.push(`${text}: ${String(error)}`),
  });
  return { type, value: evaluate(row), failures };
}

/** One of each kind, and the values that JSON has no word for. */
const samples = [
  'I + 1 * 2',
  '-I',
  'CAST(I AS STRING)',
  "CAST('x' AS INT)",
  "CASE I WHEN 1 THEN 'a' WHEN 2 THEN 'b' END",
  'CASE WHEN I > 1 THEN ARRAY[1, I] ELSE ARRAY[CAST(S AS INT)] END',
  "MAP('a' := LEN(S), 'b' := 2)['a']",
  'STRUCT(P := UCASE(S), Q := 1)->P',
  'LEN(S) BETWEEN 2 AND I',
  "S LIKE '%!%' ESCAPE '!'",
  "S IN ('a', 'b') AND NOT (T OR D IS NOT NULL)",
  'I IS DISTINCT FROM NULL',
  'TRANSFORM(A, x => x + I)',
  'REDUCE(A, 0, (s, x) => s + x)',
  'TRANSFORM(M, (k, v) => UCASE(k), (k, v) => v + 1)',
  'DATEADD(DAYS, 2, DA)',
  'COALESCE(NULL, S)',
  '9223372036854775807',
  '1.50',
  '-0e0',
  "TS > '2020-01-01T00:00:00'",
  "ENCODE(S, 'utf8', 'hex')",
  'A[1] + M[S]',
];

describe('a recorded expression', () => {
  it.each(samples)('%s is the same when it is read', (sql) => {
    const expression = bound(sql, { schema });
    const again = reread(expression);
    expect(printBoundTree(again)).toEqual(printBoundTree(expression));
    expect(encodeExpression(again)).toEqual(encodeExpression(expression));
  });

  it('gives what it gave, failures included, over random rows', () => {
    const kinds = new Set<string>();
    const noteKinds = (record: unknown): void => {
      if (typeof record !== 'object' || record === null) return;
      if ('kind' in record) kinds.add(String(record.kind));
      Object.values(record).forEach(noteKinds);
    };
    for (const sql of samples) noteKinds(encodeExpression(bound(sql, { schema })));
    fc.assert(
      fc.property(wellTyped, rows, (sql, row) => {
        const expression = boundIfTyped(sql);
        if (expression === undefined) return;
        noteKinds(encodeExpression(expression));
        expect(outcome(reread(expression), row as never), sql).toEqual(outcome(expression, row as never));
      }),
      { numRuns: 200 },
    );
    expect([...kinds].sort()).toEqual(EXPRESSION_KINDS);
  });
});

describe('a record that nobody wrote', () => {
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(
      null,
      -1,
      1e9,
      '',
      'STRING',
      'BIGINT',
      'ARRAY<STRING>',
      '+',
      '=',
      'Column',
      'Lambda',
      [],
      {},
    ),
    fc.constantFrom('); process.exit(1); (', '__proto__', 'constructor', 'toString'),
  );

  /** The record with one of its places changed, as JSON has it. */
  function damaged(record: unknown, path: number, value: unknown): unknown {
    const places: (() => void)[] = [];
    const visit = (object: Record<string, unknown> | unknown[]): void => {
      for (const [key, child] of Object.entries(object)) {
        const at = object as Record<string, unknown>;
        places.push(() => {
          at[key] = value;
        });
        places.push(() => {
          delete at[key];
        });
        if (typeof child === 'object' && child !== null) visit(child as Record<string, unknown>);
      }
    };
    visit(record as Record<string, unknown>);
    places[path % places.length]?.();
    return JSON.parse(JSON.stringify(record));
  }

  it('is refused by a diagnostic, or is an expression that can be run', () => {
    let refused = 0;
    let read = 0;
    const records = fc.oneof(wellTyped, fc.constantFrom(...samples)).map((sql) => boundIfTyped(sql));
    fc.assert(
      fc.property(records, fc.nat(), anything, rows, (expression, path, value, row) => {
        if (expression === undefined) return;
        const record = damaged(structuredClone(encodeExpression(expression)), path, value);
        let again: BoundExpression;
        try {
          again = decodeExpression(record as ExpressionRecord, 'x', options);
        } catch (error) {
          if (!(error instanceof DiagnosticError)) throw error;
          refused++;
          return;
        }
        read++;
        outcome(again, row as never);
      }),
      { numRuns: 800 },
    );
    // Of 800; both kinds are there in every run.
    expect(Math.min(refused, read)).toBeGreaterThan(3);
  });

  it.each([fc.jsonValue(), anything])('of any shape is refused', (shape) => {
    fc.assert(
      fc.property(shape, (record) => {
        expect(() => decodeExpression(record as ExpressionRecord, 'x', options)).toThrow(DiagnosticError);
      }),
    );
  });

  const negated = (depth: number): ExpressionRecord => {
    let record: ExpressionRecord = { kind: 'Column', index: 5 };
    for (let level = 1; level < depth; level++) record = { kind: 'Not', operand: record };
    return record;
  };

  it('may be as deep as the limit, and no deeper', () => {
    const deepest = decodeExpression(negated(EXPRESSION_DEPTH_MAX), 'x', options);
    expect(compileExpression(deepest).evaluate([null, null, null, null, null, true])).toBe(false);
    expect(encodeExpression(deepest)).toEqual(negated(EXPRESSION_DEPTH_MAX));
    const tooDeep = `an expression nests deeper than ${EXPRESSION_DEPTH_MAX} levels`;
    expect(() => decodeExpression(negated(EXPRESSION_DEPTH_MAX + 1), 'x', options)).toThrow(tooDeep);
    expect(() => decodeExpression(negated(100_000), 'x', options)).toThrow(tooDeep);
    const one = { ...deepest, kind: 'Not', operand: deepest } as BoundExpression;
    expect(() => encodeExpression(one)).toThrow(tooDeep);
  });

  it('may not be larger than the limit', () => {
    const list = Array.from({ length: EXPRESSION_NODES_MAX }, () => ({ kind: 'Column', index: 0 }));
    const record = { kind: 'In', operand: { kind: 'Column', index: 0 }, list } as ExpressionRecord;
    expect(() => decodeExpression(record, 'x', options)).toThrow(
      `an expression has more than ${EXPRESSION_NODES_MAX} parts`,
    );
  });
});

describe('a call of a recorded expression', () => {
  const twice = (parameter: string, returns: string) =>
    defineFunction({
      name: 'TWICE',
      category: 'OTHER',
      description: 'Twice the number.',
      overloads: [overload([`x ${parameter}`] as never, returns, ((x: number) => x * 2) as never)],
    });
  const functions = registry.with([twice('INTEGER', 'INTEGER')]);
  const record = encodeExpression(bound('TWICE(I)', { schema, functions }));
  const readWith = (other: typeof functions) =>
    decodeExpression(record, 'TWICE(I)', { ...options, functions: other });

  it('is of the overload that was chosen, whatever others there are now', () => {
    const more = registry.with([
      defineFunction({
        ...twice('INTEGER', 'INTEGER'),
        overloads: [
          overload(['x BIGINT'], 'BIGINT', () => 0),
          overload(['x INTEGER'], 'INTEGER', (x) => x * 2),
        ],
      }),
    ]);
    expect(compileExpression(readWith(more)).evaluate([21])).toBe(42);
  });

  it('is refused where the function, its overload or its result is another', () => {
    expect(() => readWith(registry)).toThrow("Can't find any functions with the name 'TWICE'");
    expect(() => readWith(registry.with([twice('DOUBLE', 'INTEGER')]))).toThrow(
      "Function 'TWICE' does not have the overload (INTEGER) any more for parameters (INTEGER).",
    );
    expect(() => readWith(registry.with([twice('INTEGER', 'BIGINT')]))).toThrow(
      "Function 'TWICE' gave INTEGER when it was recorded, and gives BIGINT now",
    );
  });
});
