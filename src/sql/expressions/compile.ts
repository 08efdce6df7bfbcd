/**
 * Compiles bound expressions to JavaScript functions. Figures that decided for generated code over closures are in
 * docs/decisions/0006-expression-compiler.md.
 */
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { InPieces } from '../../base/pieces.ts';
import type { Row, SqlValue } from '../../serde/model/sql-value.ts';
import type { BoundExpression } from '../bound/nodes.ts';
import { casterOf } from '../values/cast.ts';
import { type CodeBuilder, required } from './code.ts';
import { CodeInParts, PART_EXPRESSIONS } from './code-in-parts.ts';
import type { CompiledExpression, CompileOptions, Evaluate, Project, Test } from './compiled.ts';
import { contextOf, reporterOf } from './context.ts';
import { emit } from './emit.ts';

export function compileExpression(bound: BoundExpression, options: CompileOptions = {}): CompiledExpression {
  const context = contextOf(options, emit);
  const { result: code, declarations } = context.builder.frame(() => emit(bound, context));
  const report = context.builder.capture(reporterOf(context, bound));
  const evaluate = context.builder.evaluate<Evaluate>(
    `(row) => { ${declarations} try { return ${code.js}; } catch (e) { return ${report}(e, row); } }`,
  );
  return { type: bound.type, evaluate };
}

/** Compiles a condition: false when evaluation fails. */
export function compilePredicate(bound: BoundExpression, options: CompileOptions = {}): Test {
  const context = contextOf(options, emit);
  const { builder } = context;
  const { result, declarations } = builder.frame(() => required(builder, emit(bound, context)));
  const report = builder.capture(reporterOf(context, bound));
  return builder.evaluate<Test>(
    `(row) => { ${declarations} try { return ${result.js}; } catch (e) { ${report}(e, row); return false; } }`,
  );
}

/** A projection, and how its code is made before the first row comes. */
interface CompiledProjection {
  readonly project: Project;
  /** Makes the code of many expressions piece by piece; undefined where it is made. */
  readonly make?: () => InPieces<void>;
}

/** Compiles several expressions to a function that gives a fresh row; each column fails on its own. */
export function compileProjection(
  expressions: readonly BoundExpression[],
  options: CompileOptions = {},
): CompiledProjection {
  if (expressions.length <= PART_EXPRESSIONS) return { project: compileRow(expressions, options) };
  const code = new CodeInParts(expressions.length, (from, to) =>
    compilePart(expressions.slice(from, to), from, options),
  );
  const project: Project = (row) => {
    const columns: SqlValue[] = [];
    for (const fill of code.parts) fill(row, columns);
    return columns;
  };
  return { project, make: () => code.make() };
}

/** The projection as one function, whose row is made in one piece. */
function compileRow(expressions: readonly BoundExpression[], options: CompileOptions): Project {
  const names = expressions.map((_, index) => `c${index}`);
  const locals = names.length === 0 ? '' : `let ${names.join(', ')};`;
  const { builder, declarations, assignments } = assign(expressions, options, (index) => `c${index}`);
  return builder.evaluate<Project>(
    `(row) => { ${locals} ${declarations} ${assignments} return [${names.join(', ')}]; }`,
  );
}

/** A function that appends the values of some columns. */
function compilePart(
  expressions: readonly BoundExpression[],
  from: number,
  options: CompileOptions,
): (row: Row, columns: SqlValue[]) => void {
  const { builder, declarations, assignments } = assign(
    expressions,
    options,
    (index) => `columns[${from + index}]`,
  );
  // In parentheses V8 compiles it now, and not when the first row comes, with all others.
  return builder.evaluate(`(function (row, columns) { ${declarations} ${assignments} })`);
}

/** The code that gives each expression's value to its place. */
function assign(
  expressions: readonly BoundExpression[],
  options: CompileOptions,
  placeOf: (index: number) => string,
): { readonly builder: CodeBuilder; readonly declarations: string; readonly assignments: string } {
  const context = contextOf(options, emit);
  const { builder } = context;
  const reporters: ReturnType<typeof reporterOf>[] = [];
  const report = builder.capture(reporters);
  const { result, declarations } = builder.frame(() =>
    expressions.map((bound, index) => {
      const { js } = emit(bound, context);
      const place = placeOf(index);
      const cannotFail = bound.kind === 'Column' || bound.kind === 'Constant';
      if (cannotFail || options.failures === 'throw') return `${place} = ${js};`;
      const at = reporters.push(reporterOf(context, bound)) - 1;
      return `try { ${place} = ${js}; } catch (e) { ${place} = ${report}[${at}](e, row); }`;
    }),
  );
  return { builder, declarations, assignments: result.join('\n') };
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
