import type { Cast, Expression, FunctionCall, Lambda } from '../../../grammar/ast.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { ArgumentType } from '../functions/definition.ts';
import { typeFromSyntax } from '../types/from-syntax.ts';
import { unsupportedCast } from '../values/cast.ts';
import { apply, type Code, constantCode, definite } from './code.ts';
import {
  buildGuarded,
  type Context,
  guarded,
  type LambdaParameter,
  located,
  mistake,
  typeIn,
} from './context.ts';
import { convert } from './conversion.ts';

/** A null stays null, of the other type. */
export function buildCast(node: Cast, context: Context): Code {
  const type = typeFromSyntax(node.type, (name) => context.options.scope.resolveType?.(name));
  const operand = context.build(node.operand, context);
  const converted = convert(context, operand, type);
  if (converted !== undefined) return converted;
  throw mistake(node, unsupportedCast(operand.type ?? type, type));
}

/** A call of a scalar function. An argument that fails to evaluate is passed as null. */
export function buildCall(node: FunctionCall, context: Context): Code {
  const { builder, options } = context;
  const argumentTypes = node.arguments.map((argument) => argumentType(argument, context));
  const resolved = located(node, () =>
    options.functions.resolveScalar(node.name, argumentTypes, options.config),
  );
  const call = builder.capture(resolved.implementation);
  const args = node.arguments.map((argument, index) =>
    buildArgument(argument, resolved.parameterTypes[index] ?? null, context),
  );
  const invoke = (names: readonly string[]): string => `${call}(${names.join(', ')})`;
  const js =
    resolved.overload.nulls === 'pass'
      ? `(${invoke(args.map((arg) => arg.js))} ?? null)`
      : `(${apply(builder, args, invoke)} ?? null)`;
  return { type: resolved.returnType, js, nullable: true, strict: false };
}

function argumentType(argument: Expression, context: Context): ArgumentType {
  switch (argument.kind) {
    case 'IntervalUnitLiteral':
      return { kind: 'INTERVAL' };
    case 'Lambda':
      return {
        kind: 'UNTYPED_LAMBDA',
        arity: argument.parameters.length,
        typeBody: (types) => {
          const inner = withParameters(argument, types, context);
          return typeIn(argument.body, inner);
        },
      };
    default:
      return typeIn(argument, context);
  }
}

function buildArgument(argument: Expression, type: ArgumentType, context: Context): Code {
  if (argument.kind === 'IntervalUnitLiteral') return constantCode(context.builder, argument.unit, null);
  if (argument.kind === 'Lambda') {
    if (type?.kind !== 'LAMBDA') throw mistake(argument, 'a lambda was not expected here');
    return buildLambda(argument, type.parameters, context);
  }
  if (type === null || type.kind === 'LAMBDA' || type.kind === 'UNTYPED_LAMBDA' || type.kind === 'INTERVAL') {
    return buildGuarded(argument, context);
  }
  const code = guarded(argument, context, () => {
    const inner = context.build(argument, context);
    return convert(context, inner, type) ?? inner;
  });
  return convert(context, code, type) ?? code;
}

function withParameters(lambda: Lambda, types: readonly SqlType[], context: Context): Context {
  const parameters = lambda.parameters.map((name, index): LambdaParameter => {
    const type = types[index];
    if (type === undefined) throw mistake(lambda, `lambda has ${lambda.parameters.length} parameters`);
    return { name, type, js: context.builder.fresh('l') };
  });
  return {
    ...context,
    lambdaParameters: [...context.lambdaParameters, ...parameters],
    types: new WeakMap(),
  };
}

/** An arrow function; a failure inside fails the call that it is an argument of. */
function buildLambda(lambda: Lambda, types: readonly SqlType[], context: Context): Code {
  const inner = withParameters(lambda, types, context);
  const parameters = inner.lambdaParameters.slice(context.lambdaParameters.length);
  const { result: body, declarations } = context.builder.frame(() =>
    definite(context.builder, context.build(lambda.body, inner)),
  );
  const names = parameters.map(({ js }) => js).join(', ');
  return {
    type: null,
    js: `((${names}) => { ${declarations} return ${body.js}; })`,
    nullable: false,
    strict: false,
  };
}
