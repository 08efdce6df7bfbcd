import type { Row } from '../../serde/model/sql-value.ts';
import { StreamsBuilder } from '../../streams/builder/streams-builder.ts';
import { Catalog } from '../catalog/catalog.ts';
import type { Project, Test } from '../expressions/compiled.ts';
import type { FunctionRegistry } from '../functions/registry.ts';
import { FunctionCallError } from '../functions/user/function-calls.ts';
import { withUserFunctions } from '../functions/user/user-function.ts';
import {
  boundCondition,
  boundExpression,
  type LoweringContext,
  rowProjection,
  rowTest,
} from '../lowering/lowering-context.ts';
import type { RowProgram } from './row-program.ts';

/** What has become of rows: the first `taken` of them were looked at. */
export interface ProgramRun {
  readonly rows: readonly Row[];
  readonly taken: number;
}

/** A program in this thread, where functions of users are ready. */
export class CompiledProgram {
  readonly #keep: Test;
  readonly #project: Project;
  /** Of the row that is evaluated. */
  #failure: { readonly error: unknown } | undefined;

  /** @param functions those that it calls besides its own. */
  constructor({ row, keep, columns, endedBy, ...program }: RowProgram, functions: FunctionRegistry) {
    const lowering: LoweringContext = {
      builder: new StreamsBuilder(),
      analysis: {
        catalog: Catalog.empty,
        functions: withUserFunctions(functions, program.functions),
        properties: program.properties,
        topics: new Map(),
      },
      onError: (error) => {
        if (endedBy === 'any expression' || error instanceof FunctionCallError) this.#failure ??= { error };
      },
    };
    this.#keep = keep === undefined ? () => true : rowTest(boundCondition(keep, row, lowering), lowering);
    const bound = columns.map((column) => boundExpression(column, row, lowering));
    this.#project = rowProjection(bound, lowering);
  }

  /**
   * Evaluates rows one after the other, the first one in any case.
   * @param most so many results, and no row more.
   * @param isOver asked after each row whether others wait.
   * @throws what ends the statement.
   */
  run(
    rows: readonly Row[],
    { most, isOver }: { readonly most: number; readonly isOver: () => boolean },
  ): ProgramRun {
    const results: Row[] = [];
    let taken = 0;
    for (const row of rows) {
      taken += 1;
      if (this.#keep(row)) results.push(this.#project(row));
      this.#check();
      if (results.length >= most || isOver()) break;
    }
    return { rows: results, taken };
  }

  #check(): void {
    const failure = this.#failure;
    if (failure === undefined) return;
    this.#failure = undefined;
    throw failure.error;
  }
}
