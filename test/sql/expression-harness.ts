import { parseExpression } from '../../grammar/index.ts';
import type { SqlType } from '../../src/serde/model/sql-type.ts';
import type { SqlValue } from '../../src/serde/model/sql-value.ts';
import { recordTimeOf } from '../../src/sql/analysis/system-columns.ts';
import { bind } from '../../src/sql/bound/bind.ts';
import { bindPredicate } from '../../src/sql/bound/predicate.ts';
import type { BoundExpression } from '../../src/sql/bound/nodes.ts';
import type { BindOptions } from '../../src/sql/bound/scope.ts';
import { compileExpression, compilePredicate } from '../../src/sql/expressions/index.ts';
import {
  builtInRegistry,
  type FunctionConfig,
  type FunctionRegistry,
} from '../../src/sql/functions/index.ts';
import { parseSchema } from '../../src/sql/types/index.ts';

export interface Evaluated {
  readonly type: SqlType | null;
  readonly value: SqlValue;
  /** Messages of evaluations that failed. */
  readonly errors: readonly string[];
}

export interface Setting {
  /** Columns as schema text: ``A INTEGER, `b` STRING``. */
  readonly schema?: string;
  readonly row?: readonly SqlValue[];
  readonly functions?: FunctionRegistry;
  readonly config?: FunctionConfig;
}

const builtIn = builtInRegistry({ nowMs: () => 1_000_000_000_000 });

function optionsOf(setting: Setting): BindOptions {
  const columns = parseSchema(setting.schema ?? '').value;
  return {
    functions: setting.functions ?? builtIn,
    config: setting.config ?? {},
    scope: {
      resolveColumn({ name }) {
        const index = columns.findIndex((column) => column.name === name);
        const column = columns[index];
        if (column === undefined) return undefined;
        const time = recordTimeOf(name, () => false) !== undefined ? { isRecordTime: true as const } : {};
        return { type: column.type, index, ...time };
      },
    },
  };
}

/** What an expression means over the columns of a setting. */
export function bound(sql: string, setting: Setting = {}): BoundExpression {
  return bind(parseExpression(sql), optionsOf(setting));
}

/** Evaluates what is bound already over one row. */
export function valueOf(expression: BoundExpression, row: readonly SqlValue[]): SqlValue {
  return compileExpression(expression).evaluate(row);
}

/** Compiles and evaluates an expression over one row. */
export function evaluate(sql: string, setting: Setting = {}): Evaluated {
  const errors: string[] = [];
  const compiled = compileExpression(bound(sql, setting), {
    onError: (error) => errors.push(error instanceof Error ? error.message : String(error)),
  });
  const value = compiled.evaluate(setting.row ?? []);
  return { type: compiled.type, value, errors };
}

/** Compiles and evaluates a condition over one row. */
export function holds(sql: string, setting: Setting = {}): boolean {
  const bound = bindPredicate(parseExpression(sql), 'WHERE', optionsOf(setting));
  return compilePredicate(bound)(setting.row ?? []);
}
