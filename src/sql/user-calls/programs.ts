import type { EndableWorkers, Timers } from '../../base/environment.ts';
import { DiagnosticError, messageOf, OperationalError } from '../../base/errors.ts';
import { mustStop } from '../../base/assert.ts';
import { runWithin } from '../../base/run-within.ts';
import { unlessAborted } from '../../base/unless-aborted.ts';
import { Turns } from '../../base/turns.ts';
import type { Row } from '../../serde/model/sql-value.ts';
import type { FunctionRegistry } from '../functions/registry.ts';
import { loadQuickJs } from '../functions/user/io/quickjs.ts';
import { userFunctionMessages } from '../messages/user-functions.ts';
import { receivedRow, sentRow } from '../runtime/thread/sent-rows.ts';
import { CompiledProgram, type ProgramRun } from './compiled-program.ts';
import type { RowProgram } from './row-program.ts';
import { task } from './run-program-task.ts';

/** A turn ends after some calls; one that does not is in a step of the interpreter that cannot be ended. */
const TURN_MS_MAX = 10_000;

/** Rows that are sent at first, and at most: how many a turn has time for is known when the first ones are back. */
const BATCH_ROWS = { first: 32, most: 1_024 };

interface ProgramsOptions {
  readonly functions: FunctionRegistry;
  /** See `ksql.extension.dir`. */
  readonly extensionDir?: string | undefined;
  /** Absent: nobody else is on this thread, and calls are made here. */
  readonly environment?: ProgramsEnvironment | undefined;
}

interface ProgramsEnvironment {
  readonly timers: Timers;
  /** Nobody else has them. */
  readonly functionWorkers: EndableWorkers;
}

/**
 * Calls functions of users for statements that are carried out at once: in a thread of its own, where statements have their turns, so
 * that none of them holds up the event loop, a query, or the others for long.
 */
export class Programs {
  readonly #options: ProgramsOptions;
  readonly #turns = new Turns();
  readonly #closing = new AbortController();
  /** The thread is there, and has done what it was asked last. */
  #isStarted = false;

  constructor(options: ProgramsOptions) {
    this.#options = options;
  }

  /**
   * Evaluates rows.
   * @param most so many results, and no row more.
   * @throws {DiagnosticError} where a function fails.
   */
  async *run(
    program: RowProgram,
    rows: readonly Row[],
    most = Number.POSITIVE_INFINITY,
  ): AsyncGenerator<readonly Row[], void> {
    let batch = BATCH_ROWS.first;
    let room = most;
    for (let at = 0; at < rows.length && room > 0; ) {
      const sent = rows.slice(at, at + batch);
      const found = await this.#turn(program, sent, room);
      at += found.taken;
      room -= found.rows.length;
      batch = found.taken < sent.length ? found.taken : Math.min(batch * 2, BATCH_ROWS.most);
      if (found.rows.length > 0) yield found.rows;
    }
  }

  /** Ends what is called now, and what waits. */
  async close(): Promise<void> {
    this.#closing.abort(new OperationalError('CLOSED', 'the SQL engine is closed', { retriable: true }));
    await this.#options.environment?.functionWorkers.end();
  }

  async #turn(program: RowProgram, rows: readonly Row[], most: number): Promise<ProgramRun> {
    const { environment, functions, extensionDir } = this.#options;
    if (environment === undefined) return runHere(program, rows, { most, functions });
    const { timers, functionWorkers: workers } = environment;
    const input = {
      program,
      rows: rows.map(sentRow),
      most,
      ...(extensionDir === undefined ? {} : { extensionDir }),
    };
    const names = program.functions.map(({ name }) => name);
    const late = (): Error => new DiagnosticError(userFunctionMessages.stuck(names, TURN_MS_MAX));
    const { signal } = this.#closing;
    const output = await this.#turns.run(async () => {
      signal.throwIfAborted();
      const isStarted = this.#isStarted;
      this.#isStarted = false;
      // The time of a turn does not count the start of the thread.
      if (!isStarted) await unlessAborted(workers.run(task, { ...input, rows: [] }), signal);
      const turn = runWithin(task, input, { workers, timers, msMax: TURN_MS_MAX, late });
      const given = await unlessAborted(turn, signal);
      this.#isStarted = true;
      return given;
    });
    if ('failure' in output) throw new DiagnosticError(userFunctionMessages.ended(output.failure));
    return { rows: output.rows.map(receivedRow), taken: output.taken };
  }
}

async function runHere(
  program: RowProgram,
  rows: readonly Row[],
  { most, functions }: { readonly most: number; readonly functions: FunctionRegistry },
): Promise<ProgramRun> {
  await loadQuickJs();
  try {
    return new CompiledProgram(program, functions).run(rows, { most, isOver: () => false });
  } catch (error) {
    if (mustStop(error) || error instanceof DiagnosticError) throw error;
    throw new DiagnosticError(userFunctionMessages.ended(messageOf(error)), { cause: error });
  }
}
