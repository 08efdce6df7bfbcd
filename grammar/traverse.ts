/** Walking and rewriting expressions. */
import type { Expression } from './ast.ts';

/** The direct parts of an expression, in written order. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'NullLiteral':
    case 'BooleanLiteral':
    case 'IntegerLiteral':
    case 'DecimalLiteral':
    case 'DoubleLiteral':
    case 'StringLiteral':
    case 'IntervalUnitLiteral':
    case 'ColumnReference':
    case 'LambdaVariable':
      return [];
    case 'Arithmetic':
    case 'Comparison':
    case 'Logical':
      return [expression.left, expression.right];
    case 'Sign':
    case 'Not':
    case 'IsNull':
    case 'IsNotNull':
    case 'Cast':
      return [expression.operand];
    case 'Between':
      return [expression.operand, expression.low, expression.high];
    case 'In':
      return [expression.operand, ...expression.list];
    case 'Like':
      return [expression.operand, expression.pattern];
    case 'SearchedCase':
      return [
        ...expression.branches.flatMap(({ when, result }) => [when, result]),
        ...(expression.otherwise === undefined ? [] : [expression.otherwise]),
      ];
    case 'SimpleCase':
      return [
        expression.operand,
        ...expression.branches.flatMap(({ when, result }) => [when, result]),
        ...(expression.otherwise === undefined ? [] : [expression.otherwise]),
      ];
    case 'ArrayConstructor':
      return expression.elements;
    case 'MapConstructor':
      return expression.entries.flatMap(({ key, value }) => [key, value]);
    case 'StructConstructor':
      return expression.fields.map(({ value }) => value);
    case 'Subscript':
      return [expression.base, expression.index];
    case 'Dereference':
      return [expression.base];
    case 'FunctionCall':
      return expression.arguments;
    case 'Lambda':
      return [expression.body];
    case 'AtTimeZone':
      return [expression.operand, expression.zone];
  }
}

/** Calls `visit` with the expression and everything inside it, outermost first; `false` keeps it from going deeper. */
export function walkExpression(expression: Expression, visit: (part: Expression) => boolean | void): void {
  if (visit(expression) === false) return;
  for (const child of childrenOf(expression)) walkExpression(child, visit);
}

/**
 * A copy in which `replace` has put other expressions: it is asked outermost first, and where it answers undefined the
 * parts are rewritten. Nothing is copied where nothing changes.
 */
export function rewriteExpression(
  expression: Expression,
  replace: (part: Expression) => Expression | undefined,
): Expression {
  const replaced = replace(expression);
  if (replaced !== undefined) return replaced;
  const again = (part: Expression): Expression => rewriteExpression(part, replace);
  return rebuild(expression, again);
}

function rebuild(e: Expression, again: (part: Expression) => Expression): Expression {
  switch (e.kind) {
    case 'NullLiteral':
    case 'BooleanLiteral':
    case 'IntegerLiteral':
    case 'DecimalLiteral':
    case 'DoubleLiteral':
    case 'StringLiteral':
    case 'IntervalUnitLiteral':
    case 'ColumnReference':
    case 'LambdaVariable':
      return e;
    case 'Arithmetic':
    case 'Comparison':
    case 'Logical':
      return { ...e, left: again(e.left), right: again(e.right) };
    case 'Sign':
    case 'Not':
    case 'IsNull':
    case 'IsNotNull':
    case 'Cast':
      return { ...e, operand: again(e.operand) };
    case 'Between':
      return { ...e, operand: again(e.operand), low: again(e.low), high: again(e.high) };
    case 'In':
      return { ...e, operand: again(e.operand), list: e.list.map(again) };
    case 'Like':
      return { ...e, operand: again(e.operand), pattern: again(e.pattern) };
    case 'SearchedCase':
    case 'SimpleCase': {
      const branches = e.branches.map((b) => ({ ...b, when: again(b.when), result: again(b.result) }));
      const otherwise = e.otherwise === undefined ? {} : { otherwise: again(e.otherwise) };
      return e.kind === 'SearchedCase'
        ? { ...e, branches, ...otherwise }
        : { ...e, operand: again(e.operand), branches, ...otherwise };
    }
    case 'ArrayConstructor':
      return { ...e, elements: e.elements.map(again) };
    case 'MapConstructor':
      return { ...e, entries: e.entries.map((x) => ({ ...x, key: again(x.key), value: again(x.value) })) };
    case 'StructConstructor':
      return { ...e, fields: e.fields.map((x) => ({ ...x, value: again(x.value) })) };
    case 'Subscript':
      return { ...e, base: again(e.base), index: again(e.index) };
    case 'Dereference':
      return { ...e, base: again(e.base) };
    case 'FunctionCall':
      return { ...e, arguments: e.arguments.map(again) };
    case 'Lambda':
      return { ...e, body: again(e.body) };
    case 'AtTimeZone':
      return { ...e, operand: again(e.operand), zone: again(e.zone) };
  }
}

/** All columns that an expression names, in written order. */
export function columnsOf(expression: Expression): readonly (Expression & { kind: 'ColumnReference' })[] {
  const found: (Expression & { kind: 'ColumnReference' })[] = [];
  walkExpression(expression, (part) => {
    if (part.kind === 'ColumnReference') found.push(part);
  });
  return found;
}
