import { type SqlType, sameType } from '../../serde/model/sql-type.ts';
import { canImplicitlyCast, commonType } from '../types/casts.ts';
import type { ArgumentType, UntypedLambda } from './definition.ts';
import type { Parameter, TypePattern } from './signature.ts';

/** Type variables bound so far. */
export type Variables = Map<string, SqlType>;

interface MatchOptions {
  /** Whether arguments may be converted to wider types. */
  readonly casts: boolean;
}

/** The parameter of each argument, the variadic one repeated; undefined when the number of arguments does not fit. */
export function spread(parameters: readonly Parameter[], count: number): readonly Parameter[] | undefined {
  const at = parameters.findIndex((parameter) => parameter.variadic);
  if (at === -1) return parameters.length === count ? parameters : undefined;
  const repeats = count - (parameters.length - 1);
  const variadic = parameters[at];
  if (repeats < 0 || variadic === undefined) return undefined;
  return [
    ...parameters.slice(0, at),
    ...Array<Parameter>(repeats).fill(variadic),
    ...parameters.slice(at + 1),
  ];
}

/** The variables' types when all arguments fit their parameters; lambdas count by their number of parameters only. */
export function match(
  parameters: readonly Parameter[],
  args: readonly ArgumentType[],
  options: MatchOptions,
): Variables | undefined {
  const spreadParameters = spread(parameters, args.length);
  if (spreadParameters === undefined) return undefined;
  const variables: Variables = new Map();
  const fits = spreadParameters.every((parameter, index) =>
    accepts(parameter.pattern, args[index] ?? null, variables, options),
  );
  return fits ? variables : undefined;
}

function accepts(
  pattern: TypePattern,
  arg: ArgumentType,
  variables: Variables,
  options: MatchOptions,
): boolean {
  if (arg === null) return pattern.kind !== 'INTERVAL' && pattern.kind !== 'LAMBDA';
  if (arg.kind === 'INTERVAL') return pattern.kind === 'INTERVAL';
  if (arg.kind === 'LAMBDA' || arg.kind === 'UNTYPED_LAMBDA') return acceptsLambda(pattern, arg);
  return acceptsType(pattern, arg, variables, options);
}

function acceptsLambda(
  pattern: TypePattern,
  arg: { readonly kind: 'LAMBDA'; readonly parameters: readonly SqlType[] } | UntypedLambda,
): boolean {
  if (pattern.kind !== 'LAMBDA') return false;
  const arity = arg.kind === 'LAMBDA' ? arg.parameters.length : arg.arity;
  return arity === pattern.parameters.length;
}

/** Whether a type fits a pattern; binds the pattern's variables. */
export function acceptsType(
  pattern: TypePattern,
  type: SqlType,
  variables: Variables,
  options: MatchOptions,
): boolean {
  switch (pattern.kind) {
    case 'ANY':
      return true;
    case 'TYPE':
      return sameType(pattern.type, type) || (options.casts && canImplicitlyCast(type, pattern.type));
    case 'ANY_DECIMAL':
      return (
        type.kind === 'DECIMAL' || (options.casts && (type.kind === 'INTEGER' || type.kind === 'BIGINT'))
      );
    case 'VARIABLE':
      return bind(pattern.name, type, variables, options);
    case 'ARRAY_OF':
      return type.kind === 'ARRAY' && acceptsType(pattern.element, type.element, variables, options);
    case 'MAP_OF':
      return (
        type.kind === 'MAP' &&
        acceptsType(pattern.key, type.key, variables, options) &&
        acceptsType(pattern.value, type.value, variables, options)
      );
    case 'STRUCT_OF':
      return (
        type.kind === 'STRUCT' &&
        type.fields.length === pattern.fields.length &&
        type.fields.every((field, index) => {
          const wanted = pattern.fields[index];
          return wanted?.name === field.name && acceptsType(wanted.pattern, field.type, variables, options);
        })
      );
    default:
      return false;
  }
}

function bind(name: string, type: SqlType, variables: Variables, options: MatchOptions): boolean {
  const bound = variables.get(name);
  if (bound === undefined) {
    variables.set(name, type);
    return true;
  }
  if (sameType(bound, type)) return true;
  if (!options.casts) return false;
  const common =
    canImplicitlyCast(type, bound) && bound.kind !== 'DECIMAL'
      ? bound
      : (commonType(bound, type) ?? (canImplicitlyCast(bound, type) ? type : undefined));
  if (common === undefined) return false;
  variables.set(name, common);
  return true;
}
