/**
 * Bound expressions: what an expression means over the rows of one scope. Columns are positions, calls are resolved,
 * conversions are nodes, every node has its type. The emitter (`src/sql/expressions`) makes code of them and decides
 * nothing about types.
 *
 * A node keeps what it was bound from, the part of the syntax tree or the words of a recorded plan: its place in the text
 * and how messages and plans quote it. Conversions that the binder adds have the syntax of what they convert.
 */
import type { ArithmeticOperator, ComparisonOperator } from '../../../grammar/ast.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { SqlValue } from '../../serde/model/sql-value.ts';
import type { ResolvedScalar } from '../functions/registry.ts';
import type { Origin } from './origin.ts';

interface Node {
  /** null: the value is null, and nothing says of which type. */
  readonly type: SqlType | null;
  readonly syntax: Origin;
}

/** A value that is known: a literal, a conversion of one, the word of a time unit. */
export interface Constant extends Node {
  readonly kind: 'Constant';
  readonly value: SqlValue;
}

/** A conversion of a constant that fails: it does so for each row, not for the statement. */
interface Failure extends Node {
  readonly kind: 'Failure';
  readonly type: SqlType;
  readonly message: string;
}

/** A value of the row: rows hold, beside values, copies of the key's columns and what is known of the record. */
export interface Column extends Node {
  readonly kind: 'Column';
  readonly type: SqlType;
  /** Position in the row. */
  readonly index: number;
  /** For display: nothing is looked up by it. */
  readonly name: string;
  /** ROWTIME or the bound of a window. */
  readonly isRecordTime: boolean;
}

/** A name inside an expression: a lambda's parameter, or a value that is evaluated once. Equal only to itself. */
export interface Binding {
  readonly name: string;
  readonly type: SqlType | null;
}

/** The value of a {@link Binding} of an enclosing {@link Lambda} or {@link Let}. */
export interface Parameter extends Node {
  readonly kind: 'Parameter';
  readonly binding: Binding;
}

/** `body` with `value` evaluated once, before it: the operand of BETWEEN and of a simple CASE. */
export interface Let extends Node {
  readonly kind: 'Let';
  readonly binding: Binding;
  readonly value: BoundExpression;
  readonly body: BoundExpression;
}

/** `operand`, whose failure is reported and makes only itself null: an argument, an element of a constructor. */
export interface Guard extends Node {
  readonly kind: 'Guard';
  readonly operand: BoundExpression;
}

/** A conversion to `type`; a null stays null. */
export interface Cast extends Node {
  readonly kind: 'Cast';
  readonly type: SqlType;
  readonly operand: BoundExpression;
}

export interface Sign extends Node {
  readonly kind: 'Sign';
  readonly type: SqlType;
  readonly operator: '+' | '-';
  readonly operand: BoundExpression;
}

/** Operands of a DOUBLE are doubles, those of a DECIMAL decimals; `+` of a STRING joins texts. */
export interface Arithmetic extends Node {
  readonly kind: 'Arithmetic';
  readonly type: SqlType;
  readonly operator: ArithmeticOperator;
  readonly left: BoundExpression;
  readonly right: BoundExpression;
}

/**
 * How two values are compared: by JavaScript's operators (`loose` where a bigint may meet a double), as decimals, in the
 * order of their type, or for deep equality. `null`: one operand is NULL.
 */
export type ComparisonKind = 'primitive' | 'loose' | 'decimal' | 'order' | 'equality' | 'null';

/** False when an operand is null; the DISTINCT FROM ones take null for a value. */
export interface Comparison extends Node {
  readonly kind: 'Comparison';
  readonly operator: ComparisonOperator;
  readonly by: ComparisonKind;
  readonly left: BoundExpression;
  readonly right: BoundExpression;
}

/** A null operand is an error of evaluation. */
export interface Logical extends Node {
  readonly kind: 'Logical';
  readonly operator: 'AND' | 'OR';
  readonly left: BoundExpression;
  readonly right: BoundExpression;
}

export interface Not extends Node {
  readonly kind: 'Not';
  readonly operand: BoundExpression;
}

export interface IsNull extends Node {
  readonly kind: 'IsNull';
  readonly operand: BoundExpression;
  /** IS NOT NULL. */
  readonly negated: boolean;
}

/** Operand and list have one type. */
export interface In extends Node {
  readonly kind: 'In';
  readonly operand: BoundExpression;
  readonly list: readonly BoundExpression[];
}

export interface Like extends Node {
  readonly kind: 'Like';
  readonly operand: BoundExpression;
  readonly pattern: BoundExpression;
  readonly escape?: string;
}

interface CaseBranch {
  readonly when: BoundExpression;
  readonly result: BoundExpression;
}

/** Results have the type of the whole. */
export interface Case extends Node {
  readonly kind: 'Case';
  readonly branches: readonly CaseBranch[];
  readonly otherwise?: BoundExpression;
}

export interface ArrayNode extends Node {
  readonly kind: 'Array';
  readonly type: SqlType;
  readonly elements: readonly BoundExpression[];
}

export interface MapNode extends Node {
  readonly kind: 'Map';
  readonly type: SqlType;
  readonly keys: readonly BoundExpression[];
  /** As many as there are keys. */
  readonly values: readonly BoundExpression[];
}

/** Values in the order of the type's fields. */
export interface StructNode extends Node {
  readonly kind: 'Struct';
  readonly type: SqlType;
  readonly values: readonly BoundExpression[];
}

/** Of an array (from 1, or from the end below 0) or of a map. */
export interface Subscript extends Node {
  readonly kind: 'Subscript';
  readonly base: BoundExpression;
  readonly index: BoundExpression;
}

export interface Field extends Node {
  readonly kind: 'Field';
  readonly base: BoundExpression;
  readonly index: number;
}

/** A call of a scalar function, resolved; arguments are what the implementation takes. */
export interface Call extends Node {
  readonly kind: 'Call';
  readonly name: string;
  readonly resolved: ResolvedScalar;
  readonly arguments: readonly BoundExpression[];
}

/** Only an argument of a call. Its own type is null; the result's is the body's. */
export interface Lambda extends Node {
  readonly kind: 'Lambda';
  readonly parameters: readonly Binding[];
  readonly body: BoundExpression;
}

export type BoundExpression =
  | Constant
  | Failure
  | Column
  | Parameter
  | Let
  | Guard
  | Cast
  | Sign
  | Arithmetic
  | Comparison
  | Logical
  | Not
  | IsNull
  | In
  | Like
  | Case
  | ArrayNode
  | MapNode
  | StructNode
  | Subscript
  | Field
  | Call
  | Lambda;
