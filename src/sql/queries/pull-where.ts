import type { Comparison, Expression, Like } from '../../../grammar/ast.ts';
import { formatExpression } from '../../../grammar/printer/expressions.ts';
import { columnsOf } from '../../../grammar/traverse.ts';
import { Decimal } from '../../serde/model/decimal.ts';
import type { Row, SqlValue } from '../../serde/model/sql-value.ts';
import { constantOf } from '../analysis/constant.ts';
import { type AnalysisContext, booleanProperty } from '../analysis/session.ts';
import { pullMessages, whereReasons } from '../messages/pull-queries.ts';
import { refuse } from '../analysis/sql-error.ts';
import type { DataSource } from '../catalog/data-source.ts';
import { castArgument } from '../expressions/compile.ts';
import { canImplicitlyCast } from '../types/casts.ts';
import { printColumn, type SchemaColumn } from '../types/logical-schema.ts';
import { type Conjunction, disjunctsOf } from './disjuncts.ts';
import { keyBounds } from './key-bounds.ts';
import type { KeyBounds, TimeRange } from '../host/host.ts';
import { tableScanRequired, whereError } from './pull-errors.ts';
import { allTimes, isWindowBound, windowBounds } from './window-bounds.ts';

/** Where a pull query looks for its rows; what it finds still has to pass the condition. */
export type Access =
  /** Without bounds of the key the whole table is read. */
  | { readonly kind: 'scan'; readonly keys?: readonly KeyBounds[] }
  | { readonly kind: 'lookup'; readonly lookups: readonly KeyLookup[] };

export interface KeyLookup {
  readonly key: Row;
  readonly range: TimeRange;
}

const TABLE_SCAN = { kind: 'scan' } as const;

/**
 * How a pull query finds its rows, by ksqlDB's rules: the condition is a list of conjunctions, each of which must give
 * every column of the key one constant. One range over a key of STRING or BYTES is allowed too; anything else is a scan of the
 * table, which `ksql.query.pull.table.scan.enabled` may forbid, though it may read a part of it only. @throws {DiagnosticError} saying what is missing.
 */
export function planAccess(
  where: Expression | undefined,
  source: DataSource,
  context: AnalysisContext,
): Access {
  const search = new Search(source, context);
  if (where === undefined) return search.scanOr(() => whereError(whereReasons.missing, search));
  const disjuncts = disjunctsOf(where);
  if (disjuncts === undefined) return search.scanOr(tableScanRequired);
  for (const disjunct of disjuncts) {
    if (search.check(disjunct) === 'scan') return search.scan(disjuncts);
  }
  const found = disjuncts.map((disjunct) => search.constraintOf(disjunct));
  const lookups = found.flatMap((constraint) => (typeof constraint === 'string' ? [] : [constraint]));
  if (lookups.length === found.length) return { kind: 'lookup', lookups: merged(lookups) };
  const isRangeScan = found.length === 1 && found[0] === 'range' && search.rangeScans && !search.windowed;
  if (!isRangeScan) search.scanOr(tableScanRequired);
  return search.scan(disjuncts);
}

class Search {
  readonly windowed: boolean;
  readonly rangeScans: boolean;
  readonly #tableScans: boolean;
  readonly #key: readonly SchemaColumn[];
  readonly #source: DataSource;
  readonly #context: AnalysisContext;

  constructor(source: DataSource, context: AnalysisContext) {
    const { properties } = context;
    this.windowed = source.topic.keyFormat.window !== undefined;
    this.rangeScans = booleanProperty(properties, 'ksql.query.pull.range.scan.enabled') !== false;
    this.#tableScans = booleanProperty(properties, 'ksql.query.pull.table.scan.enabled') !== false;
    this.#key = source.schema.key;
    this.#source = source;
    this.#context = context;
  }

  /** Reading as much of the table as the conditions leave of its key. */
  scan(disjuncts: readonly Conjunction[]): Access {
    const keys = this.windowed ? undefined : keyBounds(disjuncts, this.#key, this.#context);
    return keys === undefined ? TABLE_SCAN : { kind: 'scan', keys };
  }

  /** Reading the whole table, unless that is forbidden. */
  scanOr(refusal: () => Error): Extract<Access, { readonly kind: 'scan' }> {
    if (!this.#tableScans) throw refusal();
    return TABLE_SCAN;
  }

  /** Whether a conjunction leads to keys. */
  check(conditions: Conjunction): 'keys' | 'scan' {
    const seen = new Set<string>();
    for (const condition of conditions) {
      const column = this.#checkCondition(condition);
      if (column === 'scan') return 'scan';
      if (column === undefined) continue;
      if (seen.has(column.name) && !this.#tableScans) {
        throw this.#error(whereReasons.twice, condition);
      }
      seen.add(column.name);
    }
    if (seen.size === this.#key.length && seen.size > 0) return 'keys';
    return this.scanOr(() => {
      const text = conditions.map(formatExpression).join(' AND ');
      if (seen.size === 0) return whereError(whereReasons.noKey(text), this);
      return whereError(whereReasons.keysMissing([...seen], this.#key.map(printColumn)), this);
    }).kind;
  }

  /** The key column that a condition compares with something constant. */
  #checkCondition(condition: Expression): SchemaColumn | 'scan' | undefined {
    if (condition.kind === 'Like') return this.#checkLike(condition);
    if (condition.kind !== 'Comparison') {
      return this.scanOr(() => this.#error(whereReasons.expression(formatExpression(condition)), condition))
        .kind;
    }
    const { column, other } = sidesOf(condition);
    if (column === undefined) {
      return this.scanOr(() => this.#error(whereReasons.noColumn, condition)).kind;
    }
    if (columnsOf(other).length > 0) {
      return this.scanOr(() => this.#error(whereReasons.noConstant, condition)).kind;
    }
    if (isWindowBound(column)) return undefined;
    const key = this.#key.find(({ name }) => name === column.name);
    if (key !== undefined && !keyOperators.has(condition.operator)) {
      return this.scanOr(() => this.#error(whereReasons.operator(this.#key.map(printColumn)), condition))
        .kind;
    }
    return key;
  }

  #checkLike(condition: Like): 'scan' | undefined {
    if (condition.operand.kind === 'ColumnReference') return undefined;
    return this.scanOr(() => this.#error(whereReasons.like, condition)).kind;
  }

  /** What a conjunction says of the key: constants for all its columns, a range, or nothing that helps. */
  constraintOf(conditions: Conjunction): KeyLookup | 'range' | 'none' {
    const found = new Map<string, { readonly operator: string; readonly value: SqlValue }>();
    for (const condition of conditions) {
      if (condition.kind !== 'Comparison') continue;
      const { column, other } = sidesOf(condition);
      const key = this.#key.find(({ name }) => name === column?.name);
      if (key === undefined) continue;
      const value = this.#keyValue(other, key, condition);
      const before = found.get(key.name);
      if (before === undefined || (before.operator !== '=' && condition.operator === '=')) {
        found.set(key.name, { operator: condition.operator, value });
      }
    }
    const range = this.windowed ? windowBounds(conditions, this.#context) : allTimes;
    if ([...found.values()].every(({ operator }) => operator === '=')) {
      return { key: this.#key.map(({ name }) => found.get(name)?.value ?? null), range };
    }
    const kind = this.#key[0]?.type.kind;
    return this.#key.length === 1 && (kind === 'STRING' || kind === 'BYTES') ? 'range' : 'none';
  }

  #keyValue(expression: Expression, column: SchemaColumn, condition: Comparison): SqlValue {
    const { type, value } = constantOf(expression, this.#context);
    if (value === null || type === null) {
      throw refuse(pullMessages.nullKey(formatExpression(condition)), condition.span);
    }
    if (type.kind !== column.type.kind && !canImplicitlyCast(type, column.type)) {
      const text = value === undefined ? formatExpression(expression) : shown(value);
      throw refuse(pullMessages.keyType(text, column.name, column.type), expression.span);
    }
    // A stand-in that no other constant has: nothing is looked up before functions of users were called.
    if (value === undefined) return formatExpression(expression);
    return castArgument(type, column.type)?.(value) ?? value;
  }

  #error(message: string, condition: Expression): Error {
    return whereError(message, { windowed: this.windowed, span: condition.span });
  }

  /** Of LIKE on a column, what is wrong about it whatever the table allows. */
  checkLikeTypes(condition: Like): void {
    if (condition.operand.kind !== 'ColumnReference') return;
    const column = this.#source.schema.find(condition.operand.name);
    if (column === undefined || column.type.kind === 'STRING') return;
    throw this.#error(whereReasons.likeType(column.type.kind), condition);
  }
}

const keyOperators: ReadonlySet<string> = new Set(['=', '<', '<=', '>', '>=']);

/** Checks the LIKE conditions of a WHERE clause before their types are: ksqlDB has a text of its own for them. */
export function checkLikes(where: Expression, source: DataSource, context: AnalysisContext): void {
  const search = new Search(source, context);
  const visit = (expression: Expression): void => {
    if (expression.kind === 'Logical') {
      visit(expression.left);
      visit(expression.right);
    } else if (expression.kind === 'Not') visit(expression.operand);
    else if (expression.kind === 'Like') search.checkLikeTypes(expression);
  };
  visit(where);
}

function sidesOf(condition: Comparison): {
  readonly column: Extract<Expression, { kind: 'ColumnReference' }> | undefined;
  readonly other: Expression;
} {
  const { left, right } = condition;
  if (right.kind === 'ColumnReference') return { column: right, other: left };
  return { column: left.kind === 'ColumnReference' ? left : undefined, other: right };
}

/** One lookup for each key, over all times that are asked of it: each row is found once. */
function merged(lookups: readonly KeyLookup[]): readonly KeyLookup[] {
  const byKey = new Map<string, KeyLookup>();
  for (const { key, range } of lookups) {
    const id = JSON.stringify(key.map(identity));
    const before = byKey.get(id)?.range ?? range;
    byKey.set(id, {
      key,
      range: {
        startMin: Math.min(before.startMin, range.startMin),
        startMax: Math.max(before.startMax, range.startMax),
        endMin: Math.min(before.endMin, range.endMin),
        endMax: Math.max(before.endMax, range.endMax),
      },
    });
  }
  return [...byKey.values()];
}

function identity(value: SqlValue): unknown {
  if (Array.isArray(value)) return value.map(identity);
  return Buffer.isBuffer(value) ? value.toString('base64') : shown(value);
}

/** A value of a type that keys can have. */
function shown(value: SqlValue): string {
  if (value instanceof Decimal) return value.toString();
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' ? value.toString() : JSON.stringify(value);
}
