import type { Expression } from '../../../grammar/ast.ts';
import { unreachable } from '../../base/assert.ts';
import { bindColumn, bindDereference, bindLambdaVariable, bindSubscript } from './access.ts';
import { bindArithmetic, bindSign } from './arithmetic.ts';
import { type Binder, mistake, typedConstant } from './binder.ts';
import { bindCall, bindCast } from './calls.ts';
import { bindBetween, bindComparison } from './comparison.ts';
import {
  bindIn,
  bindIsNull,
  bindLike,
  bindLogical,
  bindNot,
  bindSearchedCase,
  bindSimpleCase,
} from './conditions.ts';
import { expressionMessages } from '../messages/expressions.ts';
import { bindConstructor } from './lists.ts';
import { valueOfLiteral } from './literals.ts';
import type { BoundExpression } from './nodes.ts';
import type { BindOptions } from './scope.ts';

/** What an expression means over a scope. @throws {DiagnosticError} with ksqlDB's texts, at the place of the mistake. */
export function bind(expression: Expression, options: BindOptions): BoundExpression {
  return bindPart(expression, { options, parameters: [], bind: bindPart });
}

function bindPart(expression: Expression, binder: Binder): BoundExpression {
  switch (expression.kind) {
    case 'NullLiteral':
    case 'BooleanLiteral':
    case 'IntegerLiteral':
    case 'DecimalLiteral':
    case 'DoubleLiteral':
    case 'StringLiteral':
      return typedConstant(expression, valueOfLiteral(expression));
    case 'ColumnReference':
      return bindColumn(expression, binder);
    case 'LambdaVariable':
      return bindLambdaVariable(expression, binder);
    case 'Arithmetic':
      return bindArithmetic(expression, binder);
    case 'Sign':
      return bindSign(expression, binder);
    case 'Comparison':
      return bindComparison(expression, binder);
    case 'Logical':
      return bindLogical(expression, binder);
    case 'Not':
      return bindNot(expression, binder);
    case 'Between':
      return bindBetween(expression, binder);
    case 'In':
      return bindIn(expression, binder);
    case 'Like':
      return bindLike(expression, binder);
    case 'IsNull':
    case 'IsNotNull':
      return bindIsNull(expression, binder);
    case 'SearchedCase':
      return bindSearchedCase(expression, binder);
    case 'SimpleCase':
      return bindSimpleCase(expression, binder);
    case 'Cast':
      return bindCast(expression, binder);
    case 'ArrayConstructor':
    case 'MapConstructor':
    case 'StructConstructor':
      return bindConstructor(expression, binder);
    case 'Subscript':
      return bindSubscript(expression, binder);
    case 'Dereference':
      return bindDereference(expression, binder);
    case 'FunctionCall':
      return bindCall(expression, binder);
    case 'Lambda':
      throw mistake(expression, expressionMessages.lambdaOutsideCall());
    case 'IntervalUnitLiteral':
      throw mistake(expression, expressionMessages.unitOutsideCall());
    case 'AtTimeZone':
      throw mistake(expression, expressionMessages.timeZone());
    default:
      return unreachable(expression);
  }
}
