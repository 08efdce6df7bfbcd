import type { Expression } from '../../../grammar/ast.ts';
import { unreachable } from '../../base/assert.ts';
import { buildColumn, buildDereference, buildLambdaVariable, buildSubscript } from './access.ts';
import { buildArithmetic, buildSign } from './arithmetic.ts';
import { buildCall, buildCast } from './calls.ts';
import { type Code, constantCode } from './code.ts';
import { buildBetween, buildComparison } from './comparison.ts';
import {
  buildIn,
  buildIsNull,
  buildLike,
  buildLogical,
  buildNot,
  buildSearchedCase,
  buildSimpleCase,
} from './conditions.ts';
import { buildArray, buildMap, buildStruct } from './constructors.ts';
import { type Context, mistake } from './context.ts';
import { literalValue } from './literals.ts';

/** Types and compiles an expression. @throws {DiagnosticError} with ksqlDB's texts. */
export function build(expression: Expression, context: Context): Code {
  const literal = literalValue(expression);
  if (literal !== undefined) return constantCode(context.builder, literal.value, literal.type);
  switch (expression.kind) {
    case 'ColumnReference':
      return buildColumn(expression, context);
    case 'LambdaVariable':
      return buildLambdaVariable(expression, context);
    case 'Arithmetic':
      return buildArithmetic(expression, context);
    case 'Sign':
      return buildSign(expression, context);
    case 'Comparison':
      return buildComparison(expression, context);
    case 'Logical':
      return buildLogical(expression, context);
    case 'Not':
      return buildNot(expression, context);
    case 'Between':
      return buildBetween(expression, context);
    case 'In':
      return buildIn(expression, context);
    case 'Like':
      return buildLike(expression, context);
    case 'IsNull':
    case 'IsNotNull':
      return buildIsNull(expression, context);
    case 'SearchedCase':
      return buildSearchedCase(expression, context);
    case 'SimpleCase':
      return buildSimpleCase(expression, context);
    case 'Cast':
      return buildCast(expression, context);
    case 'ArrayConstructor':
      return buildArray(expression, context);
    case 'MapConstructor':
      return buildMap(expression, context);
    case 'StructConstructor':
      return buildStruct(expression, context);
    case 'Subscript':
      return buildSubscript(expression, context);
    case 'Dereference':
      return buildDereference(expression, context);
    case 'FunctionCall':
      return buildCall(expression, context);
    case 'Lambda':
      throw mistake(expression, 'a lambda can only be an argument of a function');
    case 'IntervalUnitLiteral':
      throw mistake(expression, 'a time unit can only be an argument of a function');
    case 'AtTimeZone':
      throw mistake(expression, 'AT TIME ZONE is not supported');
    case 'NullLiteral':
    case 'BooleanLiteral':
    case 'IntegerLiteral':
    case 'DecimalLiteral':
    case 'DoubleLiteral':
    case 'StringLiteral':
      throw mistake(expression, 'a literal without a value');
    default:
      return unreachable(expression);
  }
}
