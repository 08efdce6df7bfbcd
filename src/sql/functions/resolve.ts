import { DiagnosticError } from '../../base/errors.ts';
import { expressionMessages } from '../messages/expressions.ts';
import { functionMessages } from '../messages/functions.ts';
import { printType, type SqlType } from '../../serde/model/sql-type.ts';
import { asDecimalType } from '../types/decimal-types.ts';
import type { ArgumentType, LambdaType } from './definition.ts';
import { acceptsType, match, spread, type Variables } from './match.ts';
import {
  countGenerics,
  type Parameter,
  parseParameter,
  printParameterTypes,
  printSignature,
  substitute,
} from './signature.ts';

/** What overload resolution needs of an overload. */
interface Overload {
  readonly parameters: readonly string[];
}

export interface Resolution<O extends Overload> {
  readonly overload: O;
  /** The parameter of each argument, variadic ones repeated. */
  readonly parameters: readonly Parameter[];
  /** What each argument is to become before the call; lambdas with their types. */
  readonly argumentTypes: readonly ArgumentType[];
  readonly variables: Variables;
}

const parsed = new WeakMap<readonly string[], readonly Parameter[]>();

/** The parsed parameters of an overload, parsed once. */
export function parametersOf(overload: Overload): readonly Parameter[] {
  let parameters = parsed.get(overload.parameters);
  if (parameters === undefined) {
    parameters = overload.parameters.map(parseParameter);
    parsed.set(overload.parameters, parameters);
  }
  return parameters;
}

interface Candidate<O> {
  readonly overload: O;
  readonly parameters: readonly Parameter[];
  readonly variables: Variables;
}

/**
 * Finds the overload for a call: first without, then with implicit casts. Of several the one without variadic
 * parameters wins, then the one with fewer type variables, then the one that names more parameters.
 * @throws {DiagnosticError} with ksqlDB's texts when none fits or no one is best.
 */
export function resolveOverload<O extends Overload>(
  name: string,
  overloads: readonly O[],
  args: readonly ArgumentType[],
): Resolution<O> {
  for (const casts of [false, true]) {
    const candidates = overloads.flatMap((overload): Candidate<O>[] => {
      const parameters = parametersOf(overload);
      const variables = match(parameters, args, { casts });
      return variables === undefined ? [] : [{ overload, parameters, variables }];
    });
    const best = [...candidates].sort(prefer)[0];
    if (best === undefined) continue;
    if (candidates.some((other) => other !== best && prefer(other, best) === 0)) {
      throw new DiagnosticError(functionMessages.ambiguous(callFacts(name, overloads, args)));
    }
    return complete(best, args);
  }
  throw new DiagnosticError(functionMessages.parameters(callFacts(name, overloads, args)));
}

/** The types of an overload's parameters, by which a recorded plan names it. */
export function overloadSignature(overload: Overload): string {
  return printParameterTypes(parametersOf(overload));
}

/**
 * Finds the overload that a recorded plan names.
 * @param args what its arguments were converted to.
 * @throws {DiagnosticError} when there is no such overload any more, or it takes other types.
 */
export function recordedOverload<O extends Overload>(
  name: string,
  overloads: readonly O[],
  { signature, args }: { readonly signature: string; readonly args: readonly ArgumentType[] },
): Resolution<O> {
  const overload = overloads.find((candidate) => overloadSignature(candidate) === signature);
  const parameters = overload === undefined ? undefined : spread(parametersOf(overload), args.length);
  const variables =
    overload === undefined ? undefined : match(parametersOf(overload), args, { casts: false });
  if (overload === undefined || parameters === undefined || variables === undefined) {
    throw new DiagnosticError(functionMessages.recordedOverload(callFacts(name, overloads, args), signature));
  }
  parameters.forEach(({ pattern }, index) => {
    const arg = args[index];
    if (arg?.kind !== 'LAMBDA' || pattern.kind !== 'LAMBDA') return;
    acceptsType(pattern.result, arg.result, variables, { casts: false });
  });
  return { overload, parameters, argumentTypes: args, variables };
}

function prefer<O>(a: Candidate<O>, b: Candidate<O>): number {
  const variadic = (candidate: Candidate<O>): number => Number(candidate.parameters.some((p) => p.variadic));
  return (
    variadic(a) - variadic(b) ||
    countGenerics(a.parameters) - countGenerics(b.parameters) ||
    b.parameters.length - a.parameters.length
  );
}

/** Types lambdas, left to right: each may bind variables that later ones and the result need. */
function complete<O extends Overload>(best: Candidate<O>, args: readonly ArgumentType[]): Resolution<O> {
  const { overload, variables } = best;
  const parameters = spread(best.parameters, args.length) ?? [];
  const lambdas = new Map<number, LambdaType>();
  args.forEach((arg, index) => {
    const pattern = parameters[index]?.pattern;
    if (arg?.kind !== 'UNTYPED_LAMBDA' || pattern?.kind !== 'LAMBDA') return;
    const parameterTypes = pattern.parameters.map((parameter) =>
      requireType(substitute(parameter, variables)),
    );
    const result = arg.typeBody(parameterTypes);
    if (result !== null && !acceptsType(pattern.result, result, variables, { casts: false })) {
      const expected = requireType(substitute(pattern.result, variables));
      throw new DiagnosticError(functionMessages.lambdaResult(result, expected));
    }
    const resultType = result ?? substitute(pattern.result, variables);
    lambdas.set(index, { kind: 'LAMBDA', parameters: parameterTypes, result: requireType(resultType) });
  });
  const argumentTypes = args.map(
    (arg, index) => lambdas.get(index) ?? target(parameters[index], arg, variables),
  );
  return { overload, parameters, argumentTypes, variables };
}

function target(parameter: Parameter | undefined, arg: ArgumentType, variables: Variables): ArgumentType {
  if (parameter === undefined || arg?.kind === 'INTERVAL') return arg;
  if (parameter.pattern.kind === 'ANY_DECIMAL') {
    return arg === null || arg.kind === 'LAMBDA' || arg.kind === 'UNTYPED_LAMBDA'
      ? arg
      : (asDecimalType(arg) ?? arg);
  }
  return substitute(parameter.pattern, variables) ?? arg;
}

function requireType(type: SqlType | undefined): SqlType {
  if (type === undefined) throw new DiagnosticError(expressionMessages.typeOfNull());
  return type;
}

function printArgument(arg: ArgumentType): string {
  if (arg === null) return 'null';
  switch (arg.kind) {
    case 'INTERVAL':
      return 'INTERVALUNIT';
    case 'LAMBDA':
    case 'UNTYPED_LAMBDA':
      return 'LAMBDA';
    default:
      return printType(arg);
  }
}

function callFacts(
  name: string,
  overloads: readonly Overload[],
  args: readonly ArgumentType[],
): Parameters<typeof functionMessages.parameters>[0] {
  const signatures = overloads.map((overload) => printSignature(name, parametersOf(overload)));
  return { name, types: args.map(printArgument), signatures };
}
