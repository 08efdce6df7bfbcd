/**
 * Lists of expressions that must have one type: IN, ARRAY[], MAP(), CASE. The type is that of the first element that is
 * not NULL, widened by the others; string literals are read as that type, other literals may become strings, and
 * constructors inside are coerced element by element.
 */
import type { Expression, StructConstructor } from '../../../grammar/ast.ts';
import { formatExpression } from '../../../grammar/index.ts';
import type { DiagnosticError } from '../../base/errors.ts';
import { Decimal } from '../../serde/model/decimal.ts';
import {
  arrayType,
  BIGINT,
  INTEGER,
  mapType,
  printType,
  sameType,
  STRING,
  type SqlType,
  type StructField,
  structType,
} from '../../serde/model/sql-type.ts';
import { commonType, isNumeric, widerNumeric } from '../types/casts.ts';
import { type Code, constantCode } from './code.ts';
import { type Context, mistake, typeIn } from './context.ts';
import { convert } from './conversion.ts';
import { decimalTypeOf, literalValue } from './literals.ts';

interface CoercedList {
  /** null when every element is NULL. */
  readonly type: SqlType | null;
  readonly elements: readonly Code[];
}

/**
 * @param compile compiles one element, once its type is settled.
 * @throws {DiagnosticError} `operator does not exist: …`, `invalid input syntax for type …`.
 */
export function coerceList(
  expressions: readonly Expression[],
  context: Context,
  compile: (expression: Expression, context: Context) => Code = context.build,
): CoercedList {
  let type: SqlType | null = null;
  for (const expression of expressions) {
    const merged = merge(type, expression, typeIn(expression, context), context);
    if (merged === undefined) throw noOperator(type, expression, context);
    type = merged;
  }
  return { type, elements: expressions.map((expression) => coerce(expression, type, context, compile)) };
}

function noOperator(type: SqlType | null, expression: Expression, context: Context): DiagnosticError {
  const found = typeIn(expression, context);
  return mistake(
    expression,
    `operator does not exist: ${type === null ? 'null' : printType(type)} = ${found === null ? 'null' : printType(found)} ` +
      `(${formatExpression(expression)})\nHint: You might need to add explicit type casts.`,
  );
}

/** The type of a list so far and of one more element; undefined where they do not go together. */
function merge(
  target: SqlType | null,
  expression: Expression,
  type: SqlType | null,
  context: Context,
): SqlType | null | undefined {
  if (type === null) return target;
  if (target === null || sameType(target, type)) return type;
  const literal = literalValue(expression);
  if (target.kind === 'STRING') return literal === undefined ? undefined : STRING;
  if (typeof literal?.value === 'string') {
    return mergeText(target, literal.value, expression);
  }
  if (expression.kind === 'ArrayConstructor' && target.kind === 'ARRAY') {
    const element = mergeAll(target.element, expression.elements, context);
    return element === undefined || element === null ? undefined : arrayType(element);
  }
  if (expression.kind === 'MapConstructor' && target.kind === 'MAP') {
    const key = mergeAll(
      target.key,
      expression.entries.map((entry) => entry.key),
      context,
    );
    const value = mergeAll(
      target.value,
      expression.entries.map((entry) => entry.value),
      context,
    );
    return key === undefined || key === null || value === undefined || value === null
      ? undefined
      : mapType(key, value);
  }
  if (expression.kind === 'StructConstructor' && target.kind === 'STRUCT') {
    return mergeStruct(target.fields, expression, context);
  }
  return commonType(target, type);
}

function mergeAll(
  target: SqlType,
  expressions: readonly Expression[],
  context: Context,
): SqlType | null | undefined {
  let type: SqlType | null | undefined = target;
  for (const expression of expressions) {
    if (type === undefined) return undefined;
    type = merge(type, expression, typeIn(expression, context), context);
  }
  return type;
}

function mergeStruct(
  known: readonly StructField[],
  expression: StructConstructor,
  context: Context,
): SqlType | undefined {
  const fields = new Map<string, SqlType>(known.map((field) => [field.name, field.type]));
  for (const { name, value } of expression.fields) {
    const merged = merge(fields.get(name) ?? null, value, typeIn(value, context), context);
    if (merged === undefined) return undefined;
    if (merged !== null) fields.set(name, merged);
  }
  return structType([...fields].map(([name, type]) => ({ name, type })));
}

function mergeText(target: SqlType, text: string, expression: Expression): SqlType | undefined {
  if (target.kind === 'BOOLEAN') {
    if (booleanOf(text) === undefined) throw invalidSyntax(target, text, expression);
    return target;
  }
  if (isNumeric(target)) {
    const type = numberTypeOf(text);
    if (type === undefined) throw invalidSyntax(target, text, expression);
    return widerNumeric(target, type);
  }
  return target.kind === 'ARRAY' || target.kind === 'MAP' || target.kind === 'STRUCT' ? undefined : target;
}

function numberTypeOf(text: string): SqlType | undefined {
  const decimal = Decimal.parse(text.trim());
  if (decimal === undefined) return undefined;
  const plain = decimal.scale < 0 ? decimal.withScale(0, 'UNNECESSARY') : decimal;
  if (plain.scale > 0 || /[.eE]/.test(text)) return decimalTypeOf(plain);
  if (BigInt.asIntN(32, plain.unscaled) === plain.unscaled) return INTEGER;
  return BigInt.asIntN(64, plain.unscaled) === plain.unscaled ? BIGINT : decimalTypeOf(plain);
}

/** Prefixes of true, yes, false and no. */
function booleanOf(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (word === '') return undefined;
  if ('true'.startsWith(word) || 'yes'.startsWith(word)) return true;
  return 'false'.startsWith(word) || 'no'.startsWith(word) ? false : undefined;
}

function invalidSyntax(type: SqlType, text: string, expression: Expression): DiagnosticError {
  return mistake(expression, `invalid input syntax for type ${type.kind}: "${text}".`);
}

function coerce(
  expression: Expression,
  target: SqlType | null,
  context: Context,
  compile: (expression: Expression, context: Context) => Code,
): Code {
  if (target === null) return compile(expression, context);
  const literal = literalValue(expression);
  if (typeof literal?.value === 'string') {
    return coerceText(literal.value, target, expression, context);
  }
  const rebuilt = rebuild(expression, target, context);
  const code = rebuilt ?? compile(expression, context);
  const converted = convert(context, code, target);
  if (converted === undefined) throw noOperator(target, expression, context);
  return converted;
}

function coerceText(text: string, target: SqlType, expression: Expression, context: Context): Code {
  const { builder } = context;
  if (target.kind === 'BOOLEAN') return constantCode(builder, booleanOf(text) ?? null, target);
  const code = constantCode(builder, text, STRING);
  if (!isNumeric(target)) return convert(context, code, target) ?? code;
  const type = numberTypeOf(text);
  const decimal = Decimal.parse(text.trim());
  if (type === undefined || decimal === undefined) throw invalidSyntax(target, text, expression);
  const exact = constantCode(
    builder,
    decimal,
    decimalTypeOf(decimal.scale < 0 ? decimal.withScale(0, 'UNNECESSARY') : decimal),
  );
  return convert(context, exact, target) ?? code;
}

/** A constructor whose elements become the elements of the target type. */
function rebuild(expression: Expression, target: SqlType, context: Context): Code | undefined {
  if (expression.kind === 'ArrayConstructor' && target.kind === 'ARRAY') {
    const elements = expression.elements.map((element) =>
      coerce(element, target.element, context, context.build),
    );
    return {
      type: target,
      js: `[${elements.map((element) => element.js).join(', ')}]`,
      nullable: false,
      strict: false,
    };
  }
  if (expression.kind === 'MapConstructor' && target.kind === 'MAP') {
    const entries = expression.entries.map(
      ({ key, value }) =>
        `[${coerce(key, target.key, context, context.build).js}, ${coerce(value, target.value, context, context.build).js}]`,
    );
    return { type: target, js: `new Map([${entries.join(', ')}])`, nullable: false, strict: false };
  }
  if (expression.kind === 'StructConstructor' && target.kind === 'STRUCT') {
    const fields = target.fields.map((field) => {
      const given = expression.fields.find(({ name }) => name === field.name);
      return given === undefined ? 'null' : coerce(given.value, field.type, context, context.build).js;
    });
    return { type: target, js: `[${fields.join(', ')}]`, nullable: false, strict: false };
  }
  return undefined;
}
