import { quoteName, quoteText } from '../../src/base/sql-quotes.ts';
import type { Expression, TypeNode, WhenClause } from '../ast.ts';
import { isReserved } from '../keywords.ts';

/** Words that are no keywords everywhere, but would be read as the beginning of something else in some places. */
const ambiguousWords: ReadonlySet<string> = new Set(['ARRAY', 'EMIT', 'MAP', 'PARTITION', 'STRUCT', 'IF']);

/** A name as it must be written to be read as the same name: in backquotes where that is needed. */
export function formatIdentifier(name: string): string {
  const plain = /^[A-Z_][A-Z0-9_@]*$/.test(name) && !isReserved(name) && !ambiguousWords.has(name);
  return plain ? name : quoteName(name);
}

/** A type as SQL: ``STRUCT<A INTEGER, `b` ARRAY<STRING>>``. */
export function formatType(type: TypeNode): string {
  switch (type.kind) {
    case 'NamedType':
      return type.quoted === true ? quoteName(type.name) : type.name;
    case 'DecimalType':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case 'ArrayType':
      return `ARRAY<${formatType(type.element)}>`;
    case 'MapType':
      return `MAP<${formatType(type.key)}, ${formatType(type.value)}>`;
    case 'StructType': {
      const fields = type.fields.map((field) => `${formatIdentifier(field.name)} ${formatType(field.type)}`);
      return `STRUCT<${fields.join(', ')}>`;
    }
  }
}

/**
 * An expression as SQL, with parentheses around every infix operation: ksqlDB's form, in which error messages and
 * EXPLAIN quote expressions. Reading it gives the same tree.
 */
export function formatExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'NullLiteral':
      return 'null';
    case 'BooleanLiteral':
      return String(expression.value);
    case 'IntegerLiteral':
    case 'DoubleLiteral':
      return expression.text;
    case 'DecimalLiteral':
      return /^-?([0-9]+\.[0-9]*|\.[0-9]+)$/.test(expression.text)
        ? expression.text
        : `DECIMAL ${quoteText(expression.text)}`;
    case 'StringLiteral':
      return quoteText(expression.value);
    case 'IntervalUnitLiteral':
      return expression.unit;
    case 'ColumnReference':
      return expression.source === undefined
        ? formatIdentifier(expression.name)
        : `${formatIdentifier(expression.source)}.${formatIdentifier(expression.name)}`;
    case 'LambdaVariable':
      return formatIdentifier(expression.name);
    case 'Arithmetic':
    case 'Comparison':
    case 'Logical':
      return `(${formatExpression(expression.left)} ${expression.operator} ${formatExpression(expression.right)})`;
    case 'Sign':
      return `${expression.operator}${formatSigned(expression.operand)}`;
    case 'Not':
      return `(NOT ${formatExpression(expression.operand)})`;
    case 'Between':
      return `(${formatExpression(expression.operand)} BETWEEN ${formatExpression(expression.low)} AND ${formatExpression(expression.high)})`;
    case 'In':
      return `(${formatExpression(expression.operand)} IN (${formatList(expression.list)}))`;
    case 'Like': {
      const escape = expression.escape === undefined ? '' : ` ESCAPE ${quoteText(expression.escape)}`;
      return `(${formatExpression(expression.operand)} LIKE ${formatExpression(expression.pattern)}${escape})`;
    }
    case 'IsNull':
      return `(${formatExpression(expression.operand)} IS NULL)`;
    case 'IsNotNull':
      return `(${formatExpression(expression.operand)} IS NOT NULL)`;
    case 'SearchedCase':
      return `(CASE${formatBranches(expression.branches, expression.otherwise)} END)`;
    case 'SimpleCase': {
      const operand = formatExpression(expression.operand);
      return `(CASE ${operand}${formatBranches(expression.branches, expression.otherwise)} END)`;
    }
    case 'Cast':
      return `CAST(${formatExpression(expression.operand)} AS ${formatType(expression.type)})`;
    case 'ArrayConstructor':
      return `ARRAY[${formatList(expression.elements)}]`;
    case 'MapConstructor': {
      const entries = expression.entries.map(
        ({ key, value }) => `${formatExpression(key)}:=${formatExpression(value)}`,
      );
      return `MAP(${entries.join(', ')})`;
    }
    case 'StructConstructor': {
      const fields = expression.fields.map(
        ({ name, value }) => `${formatIdentifier(name)}:=${formatExpression(value)}`,
      );
      return `STRUCT(${fields.join(', ')})`;
    }
    case 'Subscript':
      return `${formatBase(expression.base)}[${formatExpression(expression.index)}]`;
    case 'Dereference':
      return `${formatBase(expression.base)}->${formatIdentifier(expression.field)}`;
    case 'FunctionCall': {
      const args = expression.star === true ? '*' : formatList(expression.arguments);
      return `${formatIdentifier(expression.name)}(${args})`;
    }
    case 'Lambda': {
      const parameters = expression.parameters.map(formatIdentifier).join(', ');
      return `(${parameters}) => ${formatExpression(expression.body)}`;
    }
    case 'AtTimeZone':
      return `(${formatExpression(expression.operand)} AT TIME ZONE ${formatExpression(expression.zone)})`;
  }
}

export function formatList(expressions: readonly Expression[]): string {
  return expressions.map(formatExpression).join(', ');
}

/** After a sign, a number would become a negative literal, and a second sign a comment. */
function formatSigned(operand: Expression): string {
  const text = formatExpression(operand);
  return /^[-+0-9.]/.test(text) ? `(${text})` : text;
}

function formatBase(base: Expression): string {
  const text = formatExpression(base);
  return base.kind === 'Sign' ? `(${text})` : text;
}

function formatBranches(branches: readonly WhenClause[], otherwise: Expression | undefined): string {
  const parts = branches.map(
    ({ when, result }) => ` WHEN ${formatExpression(when)} THEN ${formatExpression(result)}`,
  );
  return parts.join('') + (otherwise === undefined ? '' : ` ELSE ${formatExpression(otherwise)}`);
}
