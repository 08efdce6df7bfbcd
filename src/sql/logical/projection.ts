import type { Expression } from '../../../grammar/ast.ts';
import { formatExpression } from '../../../grammar/printer/expressions.ts';
import { bindOver, knownType, placeOf } from '../analysis/row-scope.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { headings } from '../messages/headings.ts';
import { keyMessages } from '../messages/keys.ts';
import { refuse, withPrefix } from '../analysis/sql-error.ts';
import type { KeyColumn, KeyCopy, LogicalNode, ProjectNode, RowColumn } from './nodes.ts';
import type { SelectColumn } from './select-columns.ts';

/** What a message calls the columns that make up the key. */
export interface KeyWording {
  /** `key column`, `grouping expression`, `partitioning expression`, `join expression`. */
  readonly noun: string;
  readonly joined: 'and' | 'or';
  /** The key's columns as the user would write them. */
  readonly expressions: readonly string[];
  /** Only what is missing is named. */
  readonly listsMissing?: true;
  /** The key is of our making. */
  readonly synthetic?: true;
  /** The key is that of the left table of a foreign-key join, by its name. */
  readonly foreignLeft?: string;
}

interface ProjectOptions {
  readonly input: LogicalNode;
  readonly columns: readonly SelectColumn[];
  readonly context: AnalysisContext;
  readonly persistent: boolean;
  readonly sinkName: string;
  readonly wording: KeyWording;
  readonly id: string;
  /** The key is what the projection has of it, in its order: `ksql.new.query.planner.enabled`. */
  readonly freeKey: boolean;
}

/**
 * The last projection. A kept result needs its key among the selected columns, once: they become the key's columns
 * under their new names, the others are values. A result that is only looked at has all columns as values.
 */
export function projectNode(options: ProjectOptions): ProjectNode {
  const { input, columns, context, persistent, id } = options;
  const keyItems = new Set(persistent ? selectedKeys(options).flat() : []);
  const values = columns.filter((column) => !keyItems.has(column));
  const bound = values.map(({ name, expression }) =>
    withPrefix(headings.select, () => {
      const column = bindOver(input.schema.row, expression, context);
      return { name, type: knownType(column), expression: column };
    }),
  );
  const row = bound.map(({ name, type }): RowColumn => ({ name, type }));
  const free = persistent && options.freeKey;
  const key = free
    ? freeKeyColumns(options)
    : persistent
      ? keyColumns(options)
      : input.schema.key.map(plainColumn);
  if (persistent && values.length === 0) throw refuse(keyMessages.noValues());
  return {
    node: 'Project',
    id,
    output: input.output,
    input,
    schema: { key, row },
    columns: bound.map(({ name, expression }) => ({ name, expression })),
    ...(persistent ? {} : { keyCopies: values.map(({ expression }) => keyCopyOf(expression, input)) }),
    ...(free ? { keyPositions: freeKeyPositions(options) } : {}),
    ...(input.window === undefined ? {} : { window: input.window }),
  };
}

/** For each key column the selected columns that are nothing but it. */
function selectedKeys({ input, columns }: ProjectOptions): readonly (readonly SelectColumn[])[] {
  return input.schema.key.map((key) => columns.filter(({ expression }) => isKey(expression, key, input)));
}

/** Whether an expression is nothing but a column of the key. */
function isKey(expression: Expression, { place }: KeyColumn, { schema }: LogicalNode): boolean {
  return place !== undefined && placeOf(schema.row, expression) === place;
}

function plainColumn({ name, type }: RowColumn): RowColumn {
  return { name, type };
}

function keyCopyOf(expression: Expression, input: LogicalNode): KeyCopy {
  const index = input.schema.key.findIndex((key) => isKey(expression, key, input));
  if (index >= 0) return index;
  const place = input.window === undefined ? undefined : placeOf(input.schema.row, expression);
  const system = place === undefined ? undefined : input.schema.row[place]?.system;
  return system === 'WINDOWSTART' || system === 'WINDOWEND' ? system : null;
}

function keyColumns(options: ProjectOptions): readonly RowColumn[] {
  const { input, sinkName, wording } = options;
  const selected = selectedKeys(options);
  const missing = wording.expressions.filter(
    (_, index) => (selected[index] ?? selected[0] ?? []).length === 0,
  );
  if (selected.some((items) => items.length === 0)) throw missingKey(sinkName, wording, missing);
  return input.schema.key.map((column, index) => {
    const [item, ...others] = selected[index] ?? [];
    if (item !== undefined && others.length > 0) {
      const names = [item, ...others].map(({ name }) => name).sort();
      throw refuse(keyMessages.selectedTwice(column.name, names), item.span);
    }
    return { name: item?.name ?? column.name, type: column.type };
  });
}

/** Positions, in the input's key, of the selected key columns. */
function freeKeyPositions({ input, columns }: ProjectOptions): readonly number[] {
  return columns.flatMap(({ expression }) => {
    const at = input.schema.key.findIndex((key) => isKey(expression, key, input));
    return at < 0 ? [] : [at];
  });
}

function freeKeyColumns(options: ProjectOptions): readonly RowColumn[] {
  const { input, columns } = options;
  return columns.flatMap(({ name, expression }) => {
    const found = input.schema.key.find((key) => isKey(expression, key, input));
    return found === undefined ? [] : [{ name, type: found.type }];
  });
}

function missingKey(sinkName: string, wording: KeyWording, missing: readonly string[]): Error {
  if (wording.foreignLeft !== undefined) {
    return refuse(keyMessages.missingOfForeignKeyJoin(wording.foreignLeft, missing));
  }
  const expressions = wording.listsMissing === true ? missing : wording.expressions;
  const { noun, joined, synthetic = false } = wording;
  return refuse(keyMessages.missing(sinkName, { noun, joined, expressions, synthetic }));
}

/** Columns as messages print them. */
export function columnTexts(expressions: readonly Expression[]): readonly string[] {
  return expressions.map((expression) => formatExpression(expression).replaceAll('`', ''));
}
