import { DiagnosticError } from '../../../base/errors.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';
import { userFunctionMessages } from '../../messages/user-functions.ts';
import type { UserFunctionRecord } from './function-record.ts';
import { elapsedMs } from './io/quickjs.ts';
import { type Sandbox, type SandboxLimits, SourceError } from './sandbox.ts';
import { endsSandbox, sandboxOf } from './sandboxes.ts';

/** A call that has run out of its time is followed by a pause, in which others have the thread: it doubles up to this. */
const PAUSE_MS = { first: 1_000, most: 60_000 };

/** A call that has failed, or was not made since one before it took too long; its message has the function's name. */
export class FunctionCallError extends DiagnosticError {}

/** The calls of a function in one place of a query. Its failures are told by its name. */
export class FunctionCalls {
  readonly #record: UserFunctionRecord;
  readonly #limits: SandboxLimits;
  #sandbox: Sandbox | undefined;
  #pauseMs = 0;
  /** While it is not called: when it is again. */
  #resumesAtMs: number | undefined;

  constructor(record: UserFunctionRecord, limits: SandboxLimits) {
    this.#record = record;
    this.#limits = limits;
  }

  /** @throws {FunctionCallError} */
  call(entry: number, args: readonly SqlValue[]): SqlValue {
    if (this.#resumesAtMs !== undefined) this.#checkPause(this.#resumesAtMs);
    try {
      if (this.#sandbox?.isOpen !== true) this.#sandbox = sandboxOf(this.#record, this.#limits);
      const value = this.#sandbox.call(entry, args);
      this.#pauseMs = 0;
      return value;
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      if (endsSandbox(error)) this.#sandbox?.close();
      if (error.failure === 'time') this.#pause();
      const { name } = this.#record;
      throw new FunctionCallError(userFunctionMessages.failed(name, error.message), { cause: error });
    }
  }

  #pause(): void {
    this.#pauseMs = Math.min(PAUSE_MS.most, Math.max(PAUSE_MS.first, this.#pauseMs * 2));
    this.#resumesAtMs = elapsedMs() + this.#pauseMs;
  }

  #checkPause(resumesAtMs: number): void {
    if (elapsedMs() < resumesAtMs) {
      const facts = { name: this.#record.name, pauseMs: this.#pauseMs, limitMs: this.#limits.callMsMax };
      throw new FunctionCallError(userFunctionMessages.paused(facts));
    }
    this.#resumesAtMs = undefined;
  }
}
