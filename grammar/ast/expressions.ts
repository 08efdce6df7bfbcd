import type { Node } from './node.ts';
import type { TimeUnit, TypeNode } from './types.ts';

export interface NullLiteral extends Node {
  readonly kind: 'NullLiteral';
}
export interface BooleanLiteral extends Node {
  readonly kind: 'BooleanLiteral';
  readonly value: boolean;
}
/** A whole number as written, with a minus where there is one: `-42`. INTEGER where it fits, else BIGINT. */
export interface IntegerLiteral extends Node {
  readonly kind: 'IntegerLiteral';
  readonly text: string;
}
/** `1.5`, `-.5`, or the text of `DECIMAL '1.50'`. */
export interface DecimalLiteral extends Node {
  readonly kind: 'DecimalLiteral';
  readonly text: string;
}
/** A number with an exponent: `-1e3`. */
export interface DoubleLiteral extends Node {
  readonly kind: 'DoubleLiteral';
  readonly text: string;
}
export interface StringLiteral extends Node {
  readonly kind: 'StringLiteral';
  readonly value: string;
}
/** A reserved time unit's bare word as a function argument: `TIMESTAMPADD(DAYS, 1, t)`. Always in the plural form. */
export interface IntervalUnitLiteral extends Node {
  readonly kind: 'IntervalUnitLiteral';
  readonly unit: TimeUnit;
}
/** `name` or `source.name`. */
export interface ColumnReference extends Node {
  readonly kind: 'ColumnReference';
  readonly source?: string;
  readonly name: string;
  /** The whole reference is one name in double quotes: what texts are written in elsewhere. No part of what it means. */
  readonly isDoubleQuoted?: true;
}
/** A name bound by the parameter list of an enclosing lambda. */
export interface LambdaVariable extends Node {
  readonly kind: 'LambdaVariable';
  readonly name: string;
}
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';
export interface Arithmetic extends Node {
  readonly kind: 'Arithmetic';
  readonly operator: ArithmeticOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export interface Sign extends Node {
  readonly kind: 'Sign';
  readonly operator: '+' | '-';
  readonly operand: Expression;
}
export type ComparisonOperator =
  | '='
  | '<>'
  | '<'
  | '<='
  | '>'
  | '>='
  | 'IS DISTINCT FROM'
  | 'IS NOT DISTINCT FROM';
export interface Comparison extends Node {
  readonly kind: 'Comparison';
  /** `!=` is read as `<>`. */
  readonly operator: ComparisonOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export interface Logical extends Node {
  readonly kind: 'Logical';
  readonly operator: 'AND' | 'OR';
  readonly left: Expression;
  readonly right: Expression;
}
export interface Not extends Node {
  readonly kind: 'Not';
  readonly operand: Expression;
}
/** `NOT BETWEEN` is a {@link Not} around this. */
export interface Between extends Node {
  readonly kind: 'Between';
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
}
/** `NOT IN` is a {@link Not} around this. */
export interface In extends Node {
  readonly kind: 'In';
  readonly operand: Expression;
  readonly list: readonly Expression[];
}
/** `NOT LIKE` is a {@link Not} around this. */
export interface Like extends Node {
  readonly kind: 'Like';
  readonly operand: Expression;
  readonly pattern: Expression;
  /** One character. */
  readonly escape?: string;
}
export interface IsNull extends Node {
  readonly kind: 'IsNull';
  readonly operand: Expression;
}
export interface IsNotNull extends Node {
  readonly kind: 'IsNotNull';
  readonly operand: Expression;
}
export interface WhenClause extends Node {
  readonly kind: 'WhenClause';
  readonly when: Expression;
  readonly result: Expression;
}
/** `CASE WHEN condition THEN result … END`. */
export interface SearchedCase extends Node {
  readonly kind: 'SearchedCase';
  readonly branches: readonly WhenClause[];
  readonly otherwise?: Expression;
}
/** `CASE operand WHEN value THEN result … END`. */
export interface SimpleCase extends Node {
  readonly kind: 'SimpleCase';
  readonly operand: Expression;
  readonly branches: readonly WhenClause[];
  readonly otherwise?: Expression;
}
export interface Cast extends Node {
  readonly kind: 'Cast';
  readonly operand: Expression;
  readonly type: TypeNode;
}
/** `ARRAY[a, b]`. */
export interface ArrayConstructor extends Node {
  readonly kind: 'ArrayConstructor';
  readonly elements: readonly Expression[];
}
export interface MapEntry extends Node {
  readonly kind: 'MapEntry';
  readonly key: Expression;
  readonly value: Expression;
}
/** `MAP(k := v, …)`. */
export interface MapConstructor extends Node {
  readonly kind: 'MapConstructor';
  readonly entries: readonly MapEntry[];
}
export interface StructFieldValue extends Node {
  readonly kind: 'StructFieldValue';
  readonly name: string;
  readonly value: Expression;
}
/** `STRUCT(f := e, …)`. */
export interface StructConstructor extends Node {
  readonly kind: 'StructConstructor';
  readonly fields: readonly StructFieldValue[];
}
/** `base[index]`, of an array or a map. */
export interface Subscript extends Node {
  readonly kind: 'Subscript';
  readonly base: Expression;
  readonly index: Expression;
}
/** `base->field`. */
export interface Dereference extends Node {
  readonly kind: 'Dereference';
  readonly base: Expression;
  readonly field: string;
}
/** `name(arguments)`; `||` is read as a call of CONCAT. */
export interface FunctionCall extends Node {
  readonly kind: 'FunctionCall';
  /** Upper-cased unless quoted. */
  readonly name: string;
  readonly arguments: readonly Expression[];
  /** True for `name(*)`; then `arguments` is empty. */
  readonly star?: true;
}
/** `x => body` or `(x, y) => body`; only as a function argument. */
export interface Lambda extends Node {
  readonly kind: 'Lambda';
  readonly parameters: readonly string[];
  readonly body: Expression;
}
/** `operand AT TIME ZONE zone`. */
export interface AtTimeZone extends Node {
  readonly kind: 'AtTimeZone';
  readonly operand: Expression;
  readonly zone: Expression;
}

export type Literal =
  | NullLiteral
  | BooleanLiteral
  | IntegerLiteral
  | DecimalLiteral
  | DoubleLiteral
  | StringLiteral
  | IntervalUnitLiteral;

export type Expression =
  | Literal
  | ColumnReference
  | LambdaVariable
  | Arithmetic
  | Sign
  | Comparison
  | Logical
  | Not
  | Between
  | In
  | Like
  | IsNull
  | IsNotNull
  | SearchedCase
  | SimpleCase
  | Cast
  | ArrayConstructor
  | MapConstructor
  | StructConstructor
  | Subscript
  | Dereference
  | FunctionCall
  | Lambda
  | AtTimeZone;
