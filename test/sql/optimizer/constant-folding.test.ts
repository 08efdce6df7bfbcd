import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { DiagnosticError } from '../../../src/base/errors.ts';
import type { BoundExpression } from '../../../src/sql/bound/nodes.ts';
import { compileExpression, compilePredicate } from '../../../src/sql/expressions/index.ts';
import { constantFolding } from '../../../src/sql/optimizer/constant-folding.ts';
import { bound } from '../expression-harness.ts';
import { rows, schema, wellTyped } from '../random-expressions.ts';
import { expressionsAfter, planOf } from './planned.ts';

describe('constant folding', () => {
  it('computes what no row is needed for', () => {
    expect(
      expressionsAfter(
        constantFolding,
        "SELECT delay + 2 * 3 AS a, CASE WHEN 1 < 2 THEN 'x' ELSE origin END AS b, UCASE('a' + 'b') AS c " +
          'FROM flights WHERE delay > 10 * 60',
      ),
    ).toBe(`
> Project Project
    A: Arithmetic + INTEGER
      Column DELAY (1) INTEGER
      Constant 6 INTEGER
    B: Case STRING
      Constant true BOOLEAN
      Constant 'x' STRING
      Column ORIGIN (0) STRING
    C: Call UCASE STRING
      Constant 'ab' STRING
  > Filter WhereFilter
      condition: Comparison > primitive BOOLEAN
        Column DELAY (1) INTEGER
        Constant 600 INTEGER
    > Source KsqlTopic
`);
  });

  it('leaves what fails, and what is null, to each row', () => {
    expect(
      expressionsAfter(
        constantFolding,
        "SELECT 1 / 0 AS a, CAST(NULL AS INT) + 1 AS b, CAST('x' AS INT) + 1 AS c, UUID() AS d FROM flights",
      ),
    ).toBe(`
> Project Project
    A: Arithmetic / INTEGER
      Constant 1 INTEGER
      Constant 0 INTEGER
    B: Arithmetic + INTEGER
      Constant null INTEGER
      Constant 1 INTEGER
    C: Arithmetic + INTEGER
      Failure not a value of type INTEGER: 'x' INTEGER
      Constant 1 INTEGER
    D: Call UUID STRING
  > Source KsqlTopic
`);
  });

  it('changes neither values nor the errors that are told of', () => {
    // What was once told apart: NULL is an error behind a CASE whose results are sums.
    const COUNTEREXAMPLE = "(CASE '12' WHEN R->G THEN (7 + 7) END BETWEEN I AND 1.5e0)";
    const NULLS = Array.from({ length: 12 }, () => null);
    let changed = 0;
    const constants: Readonly<Record<string, string>> = {
      I: '7',
      B: '9223372036854775807',
      D: '1.5e0',
      S: "'12'",
      T: 'TRUE',
      TS: "CAST('2020-01-01' AS TIMESTAMP)",
    };
    // Half of the columns become constants, so that there is something to compute.
    const sql = fc
      .tuple(wellTyped, fc.infiniteStream(fc.boolean()))
      .map(([text, keep]) =>
        text.replaceAll(/\b(?:I|B|D|S|T|TS)\b/g, (name) =>
          keep.next().value === true ? name : (constants[name] ?? name),
        ),
      );
    fc.assert(
      fc.property(sql, rows, (text, row) => {
        let expression: BoundExpression;
        try {
          expression = bound(text, { schema });
        } catch (error) {
          if (!(error instanceof DiagnosticError)) throw error;
          return;
        }
        const other = folded(expression);
        if (other !== expression) changed++;
        expect(outcomes(other, row), text).toEqual(outcomes(expression, row));
      }),
      { numRuns: 400, examples: [[COUNTEREXAMPLE, NULLS]] },
    );
    expect(changed).toBeGreaterThan(40);
  });
});

/** An expression after the rule. */
function folded(expression: BoundExpression): BoundExpression {
  const plan = planOf('SELECT id FROM flights');
  if (plan.node !== 'Project') throw new Error('a query ends with a projection');
  const after = constantFolding.apply({ ...plan, columns: [{ name: 'X', expression }] });
  return (after.node === 'Project' ? after.columns[0]?.expression : undefined) ?? expression;
}

/** As a column and as a condition: the value and how many errors were told of. */
function outcomes(expression: BoundExpression, row: unknown): unknown {
  let errors = 0;
  const onError = (): void => {
    errors++;
  };
  const value = compileExpression(expression, { onError }).evaluate(row as never);
  const holds =
    expression.type?.kind === 'BOOLEAN' ? compilePredicate(expression, { onError })(row as never) : undefined;
  return { value, holds, errors };
}
