import type { Call, Guard, Lambda } from '../bound/nodes.ts';
import { apply, type Code, definite, plainCode } from './code.ts';
import { type Context, reporterOf, withBindings } from './context.ts';

/** A call of a scalar function. */
export function emitCall({ resolved, arguments: given }: Call, context: Context): Code {
  const { builder } = context;
  const call = builder.capture(resolved.implementation);
  const args = given.map((argument) => context.emit(argument, context));
  const invoke = (names: readonly string[]): string => `${call}(${names.join(', ')})`;
  const js =
    resolved.overload.nulls === 'pass'
      ? invoke(args.map((argument) => argument.js))
      : apply(builder, args, invoke);
  return plainCode(`(${js} ?? null)`);
}

/** A function of its own, which reports a failure and gives null. */
export function emitGuard(guard: Guard, context: Context): Code {
  const { builder } = context;
  const parameters = ['row', ...[...context.bindings.values()].map(({ js }) => js)].join(', ');
  const { result: code, declarations } = builder.frame(() => context.emit(guard.operand, context));
  const report = builder.capture(reporterOf(context, guard));
  const name = builder.addFunction(
    (name) =>
      `function ${name}(${parameters}) { ${declarations} try { return ${code.js}; } catch (e) { return ${report}(e); } }`,
  );
  return plainCode(`${name}(${parameters})`);
}

/** An arrow function; a failure inside fails the call that it is an argument of. */
export function emitLambda({ parameters, body }: Lambda, context: Context): Code {
  const { builder } = context;
  const codes = parameters.map((binding) => [binding, plainCode(builder.fresh('l'))] as const);
  const { result, declarations } = builder.frame(() =>
    definite(builder, context.emit(body, withBindings(context, codes))),
  );
  const names = codes.map(([, { js }]) => js).join(', ');
  return { js: `((${names}) => { ${declarations} return ${result.js}; })`, nullable: false, strict: false };
}
