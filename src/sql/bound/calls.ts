import type { Cast, Expression, FunctionCall, Lambda } from '../../../grammar/ast.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { ArgumentType } from '../functions/definition.ts';
import { expressionMessages } from '../messages/expressions.ts';
import { functionMessages } from '../messages/functions.ts';
import { typeFromSyntax } from '../types/from-syntax.ts';
import { type Binder, codeMistake, constant, guard, located, mistake, node } from './binder.ts';
import { castTo, convert } from './conversion.ts';
import type { Binding, BoundExpression } from './nodes.ts';

export function bindCast(syntax: Cast, binder: Binder): BoundExpression {
  const type = typeFromSyntax(syntax.type, (name) => binder.options.scope.resolveType?.(name));
  const operand = binder.bind(syntax.operand, binder);
  const converted = castTo(operand, type, syntax);
  if (converted !== undefined) return converted;
  throw codeMistake(syntax, expressionMessages.cast(operand.type ?? type, type));
}

/**
 * A call of a scalar function. Arguments are bound before its overload is chosen; lambdas after, since it says of which
 * types their parameters are.
 */
export function bindCall(syntax: FunctionCall, binder: Binder): BoundExpression {
  const { functions, config } = binder.options;
  const given = syntax.arguments.map((argument) => new Argument(argument, binder));
  const types = given.map((argument) => argument.type());
  const resolved = located(syntax, () => functions.resolveScalar(syntax.name, types, config));
  const args = given.map((argument, index) => argument.as(resolved.parameterTypes[index] ?? null));
  return node({
    kind: 'Call',
    type: resolved.returnType,
    name: syntax.name,
    resolved,
    arguments: args,
    syntax,
  });
}

/** An argument while its call is resolved. */
class Argument {
  readonly #syntax: Expression;
  readonly #binder: Binder;
  #bound: BoundExpression | undefined;

  constructor(syntax: Expression, binder: Binder) {
    this.#syntax = syntax;
    this.#binder = binder;
  }

  /** What it is called with. */
  type(): ArgumentType {
    const syntax = this.#syntax;
    switch (syntax.kind) {
      case 'IntervalUnitLiteral':
        this.#bound = constant(syntax, syntax.unit, null);
        return { kind: 'INTERVAL' };
      case 'Lambda':
        return {
          kind: 'UNTYPED_LAMBDA',
          arity: syntax.parameters.length,
          typeBody: (types) => {
            const { lambda, result } = bindLambda(syntax, types, this.#binder);
            this.#bound = lambda;
            return result;
          },
        };
      default:
        this.#bound = this.#binder.bind(syntax, this.#binder);
        return this.#bound.type;
    }
  }

  /** The argument as its parameter takes it; one that fails is passed as null. */
  as(type: ArgumentType): BoundExpression {
    const bound = this.#bound;
    if (bound === undefined) throw mistake(this.#syntax, functionMessages.lambdaUnexpected());
    if (bound.kind === 'Lambda') return bound;
    return guard(isSqlType(type) ? (convert(bound, type) ?? bound) : bound, this.#syntax);
  }
}

function isSqlType(type: ArgumentType): type is SqlType {
  return (
    type !== null && type.kind !== 'LAMBDA' && type.kind !== 'UNTYPED_LAMBDA' && type.kind !== 'INTERVAL'
  );
}

function bindLambda(
  syntax: Lambda,
  types: readonly SqlType[],
  binder: Binder,
): { readonly lambda: BoundExpression; readonly result: SqlType | null } {
  const parameters = syntax.parameters.map((name, index): Binding => {
    const type = types[index];
    if (type === undefined) throw mistake(syntax, functionMessages.lambdaArity(syntax.parameters.length));
    return Object.freeze({ name, type });
  });
  const body = binder.bind(syntax.body, { ...binder, parameters: [...binder.parameters, ...parameters] });
  return { lambda: node({ kind: 'Lambda', type: null, parameters, body, syntax }), result: body.type };
}
