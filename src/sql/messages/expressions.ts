import type { RefusalFamily } from '../../base/errors.ts';
import type { Expression } from '../../../grammar/ast.ts';
import { formatExpression } from '../../../grammar/printer/expressions.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { printType, type SqlType, type StructType } from '../../serde/model/sql-type.ts';
import { issue, kindText, near, typeText } from './refusal.ts';

const EMPTY_LISTS = `see ${issue(4239)}`;

interface Operands {
  readonly syntax: Expression;
  readonly left: SqlType | null;
  readonly right: SqlType | null;
}

/** What is wrong inside an expression: its operands, its literals, what it constructs. */
export const expressionMessages = {
  /** Found when the expression meets the row, where analysis had let the name pass: bounds of windows, for instance. */
  unknownColumn: (name: string) => ({ message: `Unknown column ${name}.` }),
  unknownLambdaVariable: (name: string) => ({ message: `Unknown lambda variable ${name}.` }),

  /** `+ - * / %` take numbers; `+` also joins strings. NULL has no type that the result could have. */
  arithmetic: ({ syntax, left, right }: Operands) => ({
    message:
      `Error processing expression: ${formatExpression(syntax)}. ` +
      (left === null || right === null
        ? `Arithmetic on types ${typeText(left)} and ${typeText(right)} are not supported.`
        : `Unsupported arithmetic types. ${left.kind} ${right.kind}`),
  }),
  sign: (syntax: Expression, type: SqlType | null) => ({
    message: `Error processing expression: ${formatExpression(syntax)}. Unsupported arithmetic types. ${kindText(type)}`,
  }),

  /** Numbers compare with numbers, strings with strings and times, the rest with its own type; collections by `=` only. */
  comparison: (facts: {
    readonly syntax: Expression;
    readonly left: { readonly syntax: Expression; readonly type: SqlType };
    readonly right: { readonly syntax: Expression; readonly type: SqlType };
    /** The comparison's name: `EQUAL`. */
    readonly operator: string;
  }) => ({
    message:
      `Cannot compare ${formatExpression(facts.left.syntax)} (${printType(facts.left.type)}) to ` +
      `${formatExpression(facts.right.syntax)} (${printType(facts.right.type)}) with ${facts.operator}.` +
      `\nStatement: ${formatExpression(facts.syntax)}`,
  }),
  comparisonWithNull: ({ syntax, left, right }: Operands, operator: string) => ({
    message:
      `Comparison with NULL not supported: ${left?.kind ?? 'NULL'} ${operator} ${right?.kind ?? 'NULL'}\n` +
      `Use 'IS NULL' or 'IS NOT NULL' instead.\nStatement: ${formatExpression(syntax)}`,
  }),
  like: ({ left, right }: Omit<Operands, 'syntax'>) => ({
    message: `Like condition must be between strings. Got: ${kindText(left)} and ${kindText(right)}`,
  }),
  likeEscape: (escape: string) => ({
    message: `Expected single character escape but got: ${escape}`,
    hint: "one character stands before a % or _ that is meant: LIKE '50!%' ESCAPE '!'",
  }),
  /** Of AND, OR, NOT and WHEN, and of whole clauses. */
  notBoolean: (syntax: Expression, type: SqlType | null) => ({
    message: `Should evaluate to boolean but is ${formatExpression(syntax)} (${typeText(type)}) instead.`,
  }),

  /** What CASE yields has one type in all of its branches. */
  caseCondition: (syntax: Expression, type: SqlType) => ({
    message: `WHEN operand type should be boolean.\nType for '${formatExpression(syntax)}' is ${printType(type)}`,
  }),
  caseResult: (facts: { readonly syntax: Expression; readonly type: SqlType; readonly before: SqlType }) => ({
    message:
      "Invalid Case expression. Type for all 'THEN' clauses should be the same." +
      `\nTHEN expression '${formatExpression(facts.syntax)}' has type: ${printType(facts.type)}.` +
      `\nPrevious THEN expression(s) type: ${printType(facts.before)}.`,
  }),
  caseDefault: (then: SqlType, otherwise: SqlType) => ({
    message:
      "Invalid Case expression. Type for the default clause should be the same as for 'THEN' clauses." +
      `\nTHEN type: ${printType(then)}.\nDEFAULT type: ${printType(otherwise)}.`,
  }),
  caseOfNulls: () => ({
    message:
      'Invalid Case expression. All case branches have a NULL type. ' +
      'Please explicitly cast at least one branch to the correct type, e.g. CAST(null AS VARCHAR).',
  }),

  cast: (from: SqlType, to: SqlType) => ({
    message: `Cast of ${printType(from)} to ${printType(to)} is not supported`,
  }),
  /** What the making of a type says: digits of a decimal, fields of a struct. */
  type: (reason: string) => ({ message: reason }),
  typeOfNull: () => ({
    message:
      "Can't infer a type of null. Please explicitly cast it to a required type, e.g. CAST(null AS VARCHAR).",
  }),
  numericLiteral: (text: string) => ({ message: `Invalid numeric literal: ${text}` }),
  doubleOverflow: (text: string) => ({ message: `Number overflows DOUBLE: ${text}` }),

  /** `->` is for structs. */
  notStruct: (type: SqlType | null) => ({ message: `Expected STRUCT type, got: ${typeText(type)}` }),
  unknownField: (facts: {
    readonly field: string;
    readonly base: Expression;
    readonly type: StructType;
  }) => ({
    message: `Could not find field '${facts.field}' in '${formatExpression(facts.base)}'.`,
    ...near(
      nearestName(
        facts.field,
        facts.type.fields.map(({ name }) => name),
      ),
    ),
  }),
  expansionOfOther: (type: SqlType) => ({
    message: `Cannot expand a non-struct with ->*: it is a ${type.kind}`,
  }),
  /** `[…]` is for arrays and maps. */
  container: (type: SqlType | null) => ({ message: `Unsupported container type: ${typeText(type)}` }),
  arrayIndex: (type: SqlType | null) => ({
    message: `Array subscript must be an integer, was ${typeText(type)}`,
  }),

  /** The items of `IN (…)`, `ARRAY[…]`, `MAP(…)` and CASE become one type. */
  listItem: (target: SqlType | null, syntax: Expression, type: SqlType | null) => ({
    message:
      `operator does not exist: ${typeText(target)} = ${typeText(type)} (${formatExpression(syntax)})\n` +
      'Hint: You might need to add explicit type casts.',
  }),
  listText: (type: SqlType, text: string) => ({
    message: `invalid input syntax for type ${type.kind}: "${text}".`,
  }),
  emptyArray: () => ({
    message: `Array constructor cannot be empty. Please supply at least one element (${EMPTY_LISTS}).`,
  }),
  emptyMap: () => ({
    message: `Map constructor cannot be empty. Please supply at least one key value pair (${EMPTY_LISTS}).`,
  }),
  arrayOfNulls: () => ({
    message:
      `Cannot construct an array with all NULL elements (${EMPTY_LISTS}). ` +
      'As a workaround, you may cast a NULL value to the desired type.',
  }),
  mapOfNulls: (part: 'key' | 'value') => ({
    message:
      `Cannot construct a map with all NULL ${part}s (${EMPTY_LISTS}). ` +
      `As a workaround, you may cast a NULL ${part} to the desired type.`,
  }),

  lambdaOutsideCall: () => ({ message: 'a lambda can only be an argument of a function' }),
  unitOutsideCall: () => ({ message: 'a time unit can only be an argument of a function' }),
  timeZone: () => ({ message: 'AT TIME ZONE is not supported' }),
  /** What a text says of a time, and what it should say. */
  timestampText: (text: string, reason: string) => ({
    message: `Failed to parse timestamp '${text}': ${reason}`,
    hint: "write it as '2020-02-10T08:31:44.001'",
  }),
} satisfies RefusalFamily;
