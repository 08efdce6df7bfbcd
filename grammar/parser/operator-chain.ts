import type { Expression, SourceSpan } from '../ast.ts';

/** An operand of a chain, and where it is written, parentheses included. */
interface Operand {
  readonly expression: Expression;
  readonly span: SourceSpan;
}

/** Makes the node of one operator. */
type MakeNode<Operator> = (
  operator: Operator,
  sides: { readonly left: Expression; readonly right: Expression; readonly span: SourceSpan },
) => Expression;

/** From here on a list of conditions becomes a tree that is balanced: what works on it calls itself for each level. */
const LONG_LIST = 32;

/**
 * Operands with infix operators between them, as they are written: `a + b * c`. The parser reads them in one loop, instead of
 * one rule for each level of precedence, so that what stands in parentheses costs its stack few frames.
 */
export class OperatorChain<Operator extends string> {
  readonly #operands: Operand[] = [];
  readonly #operators: Operator[] = [];

  operand(expression: Expression, span: SourceSpan): void {
    this.#operands.push({ expression, span });
  }

  operator(operator: Operator): void {
    this.#operators.push(operator);
  }

  /** The tree of the chain. @param levels operators of one precedence each, those that bind most first. */
  fold(levels: readonly (readonly Operator[])[], make: MakeNode<Operator>): Expression {
    let operands = this.#operands;
    let operators = this.#operators;
    for (const level of levels) {
      if (operators.length === 0) break;
      ({ operands, operators } = foldLevel({ operands, operators }, level, make));
    }
    const [only] = operands;
    if (only === undefined) throw new RangeError('a chain has an operand');
    return only.expression;
  }
}

interface Parts<Operator> {
  readonly operands: Operand[];
  readonly operators: Operator[];
}

/** Joins the operands between which operators of one precedence stand, from the left. */
function foldLevel<Operator extends string>(
  parts: Parts<Operator>,
  level: readonly Operator[],
  make: MakeNode<Operator>,
): Parts<Operator> {
  const folded: Parts<Operator> = { operands: [], operators: [] };
  let run: { operands: Operand[]; operators: Operator[] } = { operands: [], operators: [] };
  parts.operands.forEach((operand, index) => {
    run.operands.push(operand);
    const operator = parts.operators[index];
    if (operator !== undefined && level.includes(operator)) {
      run.operators.push(operator);
      return;
    }
    folded.operands.push(foldRun(run, make));
    if (operator !== undefined) folded.operators.push(operator);
    run = { operands: [], operators: [] };
  });
  return folded;
}

function foldRun<Operator extends string>(
  { operands, operators }: Parts<Operator>,
  make: MakeNode<Operator>,
): Operand {
  const [operator] = operators;
  const isCondition = operator === 'AND' || operator === 'OR';
  if (isCondition && operands.length > LONG_LIST) return balanced(operator, operands, make);
  return operands.reduce((left, right, index) => {
    const between = operators[index - 1];
    return between === undefined ? right : joined(between, left, right, make);
  });
}

/** Conditions are evaluated from the left and no further than needed, however they are grouped. */
function balanced<Operator>(
  operator: Operator,
  operands: readonly Operand[],
  make: MakeNode<Operator>,
): Operand {
  const [first, second] = operands;
  if (first === undefined) throw new RangeError('a chain has an operand');
  if (second === undefined) return first;
  const middle = Math.ceil(operands.length / 2);
  const left = balanced(operator, operands.slice(0, middle), make);
  return joined(operator, left, balanced(operator, operands.slice(middle), make), make);
}

function joined<Operator>(
  operator: Operator,
  left: Operand,
  right: Operand,
  make: MakeNode<Operator>,
): Operand {
  const span = Object.freeze({ ...left.span, end: right.span.end });
  return { expression: make(operator, { left: left.expression, right: right.expression, span }), span };
}
