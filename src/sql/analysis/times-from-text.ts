import { mustStop } from '../../base/assert.ts';
import { messageOf } from '../../base/errors.ts';
import { expressionMessages } from '../messages/expressions.ts';
import type { Expression } from '../../../grammar/ast.ts';
import { rewriteExpression } from '../../../grammar/traverse.ts';
import { parseTimestamp } from '../values/iso-time.ts';
import { refuseAt } from './sql-error.ts';

const timeColumns: ReadonlySet<string> = new Set(['ROWTIME', 'WINDOWSTART', 'WINDOWEND']);

/**
 * In a condition, ROWTIME and the bounds of windows may be compared with texts: `ROWTIME > '2020-02-10T08:31'`. The text
 * becomes milliseconds, UTC where it names no zone; what it leaves out is zero.
 */
export function timesFromText(condition: Expression): Expression {
  return rewriteExpression(condition, (part) => {
    switch (part.kind) {
      case 'Comparison':
        if (isTime(part.left)) return { ...part, right: millis(part.right) };
        return isTime(part.right) ? { ...part, left: millis(part.left) } : undefined;
      case 'Between':
        return isTime(part.operand) ? { ...part, low: millis(part.low), high: millis(part.high) } : undefined;
      default:
        return undefined;
    }
  });
}

function isTime(expression: Expression): boolean {
  return expression.kind === 'ColumnReference' && timeColumns.has(expression.name);
}

function millis(expression: Expression): Expression {
  if (expression.kind !== 'StringLiteral') return expression;
  const { value, span } = expression;
  try {
    return { kind: 'IntegerLiteral', text: String(parseTimestamp(value)), span };
  } catch (error) {
    if (mustStop(error)) throw error;
    throw refuseAt(expressionMessages.timestampText(value, messageOf(error)), span);
  }
}
