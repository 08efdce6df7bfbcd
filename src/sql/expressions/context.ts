import { mustStop } from '../../base/assert.ts';
import type { Binding, BoundExpression } from '../bound/nodes.ts';
import { textOf } from '../bound/origin.ts';
import { type Code, CodeBuilder } from './code.ts';
import type { Row } from '../../serde/model/sql-value.ts';
import type { CompileOptions } from './compiled.ts';

/** What emitting one expression, or several into one function, shares. */
export interface Context {
  readonly options: CompileOptions;
  readonly builder: CodeBuilder;
  /** The code of what enclosing lambdas and LETs bind, innermost last. */
  readonly bindings: ReadonlyMap<Binding, Code>;
  /** Emits a part of the expression. */
  readonly emit: (bound: BoundExpression, context: Context) => Code;
}

export function contextOf(options: CompileOptions, emit: Context['emit']): Context {
  return { options, builder: new CodeBuilder(), bindings: new Map(), emit };
}

/** The context of what stands inside of a lambda or a LET. */
export function withBindings(context: Context, added: readonly (readonly [Binding, Code])[]): Context {
  return { ...context, bindings: new Map([...context.bindings, ...added]) };
}

/** The report of a failed evaluation over a row: the options' callback, bound to the expression's text. */
export function reporterOf(
  context: Context,
  { syntax }: BoundExpression,
): (error: unknown, row?: Row) => null {
  const { onError } = context.options;
  let text: string | undefined;
  return (error, row) => {
    if (mustStop(error)) throw error;
    text ??= textOf(syntax);
    onError?.(error, text, row);
    return null;
  };
}
