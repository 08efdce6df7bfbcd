/**
 * Compiles bound expressions to JavaScript functions. Figures that decided for generated code over closures are in
 * docs/decisions/0006-expression-compiler.md.
 */
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { SqlValue } from '../../serde/model/sql-value.ts';
import type { BoundExpression } from '../bound/nodes.ts';
import { casterOf } from '../values/cast.ts';
import { required } from './code.ts';
import type { CompiledExpression, CompileOptions, Evaluate, Project, Test } from './compiled.ts';
import { contextOf, reporterOf } from './context.ts';
import { emit } from './emit.ts';

export function compileExpression(bound: BoundExpression, options: CompileOptions = {}): CompiledExpression {
  const context = contextOf(options, emit);
  const { result: code, declarations } = context.builder.frame(() => emit(bound, context));
  const report = context.builder.capture(reporterOf(context, bound));
  const evaluate = context.builder.evaluate(
    `(row) => { ${declarations} try { return ${code.js}; } catch (e) { return ${report}(e); } }`,
  );
  return { type: bound.type, evaluate: evaluate as Evaluate };
}

/** Compiles a condition: false when evaluation fails. */
export function compilePredicate(bound: BoundExpression, options: CompileOptions = {}): Test {
  const context = contextOf(options, emit);
  const { builder } = context;
  const { result, declarations } = builder.frame(() => required(builder, emit(bound, context)));
  const report = builder.capture(reporterOf(context, bound));
  const test = builder.evaluate(
    `(row) => { ${declarations} try { return ${result.js}; } catch (e) { ${report}(e); return false; } }`,
  );
  return test as Test;
}

/** Compiles several expressions to one function that gives a fresh row; each column fails on its own. */
export function compileProjection(
  expressions: readonly BoundExpression[],
  options: CompileOptions = {},
): Project {
  const context = contextOf(options, emit);
  const reporters: ReturnType<typeof reporterOf>[] = [];
  const report = context.builder.capture(reporters);
  const { result: columns, declarations } = context.builder.frame(() =>
    expressions.map((bound, index) => {
      const { js } = emit(bound, context);
      const cannotFail = bound.kind === 'Column' || bound.kind === 'Constant';
      if (cannotFail || context.options.failures === 'throw') return `c${index} = ${js};`;
      const at = reporters.push(reporterOf(context, bound)) - 1;
      return `try { c${index} = ${js}; } catch (e) { c${index} = ${report}[${at}](e); }`;
    }),
  );
  const names = expressions.map((_, index) => `c${index}`);
  const locals = names.length === 0 ? '' : `let ${names.join(', ')};`;
  const project = context.builder.evaluate(
    `(row) => { ${locals} ${declarations} ${columns.join('\n')} return [${names.join(', ')}]; }`,
  );
  return project as Project;
}

/**
 * The function that makes an argument's values fit a parameter of an aggregate or table function, or undefined where
 * they fit as they are.
 */
export function castArgument(from: SqlType | null, to: SqlType): ((value: SqlValue) => SqlValue) | undefined {
  if (from === null || from.kind === to.kind) return undefined;
  const cast = casterOf(from, to);
  if (cast === undefined) return undefined;
  return (value) => (value === null ? null : cast(value));
}
