import { unreachable } from '../../base/assert.ts';
import type { BoundExpression } from '../bound/nodes.ts';
import { emitColumn, emitField, emitLet, emitParameter, emitSubscript } from './access.ts';
import { emitArithmetic, emitSign } from './arithmetic.ts';
import { emitCall, emitGuard, emitLambda } from './calls.ts';
import { emitCast } from './cast.ts';
import { type Code, constantCode, failingCode } from './code.ts';
import { emitComparison } from './comparison.ts';
import { emitCase, emitIn, emitIsNull, emitLike, emitLogical, emitNot } from './conditions.ts';
import { emitConstructor } from './constructors.ts';
import type { Context } from './context.ts';

/** JavaScript that evaluates a bound expression. */
export function emit(bound: BoundExpression, context: Context): Code {
  switch (bound.kind) {
    case 'Constant':
      return constantCode(context.builder, bound.value);
    case 'Failure':
      return failingCode(context.builder, bound.message);
    case 'Column':
      return emitColumn(bound);
    case 'Parameter':
      return emitParameter(bound, context);
    case 'Let':
      return emitLet(bound, context);
    case 'Guard':
      return emitGuard(bound, context);
    case 'Cast':
      return emitCast(bound, context);
    case 'Sign':
      return emitSign(bound, context);
    case 'Arithmetic':
      return emitArithmetic(bound, context);
    case 'Comparison':
      return emitComparison(bound, context);
    case 'Logical':
      return emitLogical(bound, context);
    case 'Not':
      return emitNot(bound, context);
    case 'IsNull':
      return emitIsNull(bound, context);
    case 'In':
      return emitIn(bound, context);
    case 'Like':
      return emitLike(bound, context);
    case 'Case':
      return emitCase(bound, context);
    case 'Array':
    case 'Map':
    case 'Struct':
      return emitConstructor(bound, context);
    case 'Subscript':
      return emitSubscript(bound, context);
    case 'Field':
      return emitField(bound, context);
    case 'Call':
      return emitCall(bound, context);
    case 'Lambda':
      return emitLambda(bound, context);
    default:
      return unreachable(bound);
  }
}
