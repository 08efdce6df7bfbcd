import type { SqlValue } from '../../../serde/model/sql-value.ts';
import { type Pass, passing } from './arguments.ts';
import { arrivalOf, type Crossing, GIVEN, type SandboxType, sandboxType } from './crossing.ts';
import { entriesOf, type EntrySignature } from './entries.ts';
import { AGGREGATE_METHODS, type AggregateMethod, type UserFunctionRecord } from './function-record.ts';
import { BrokenInterpreter, quickJs, type QuickJs } from './io/quickjs.ts';
import { PRELUDE } from './prelude.ts';

export interface SandboxLimits {
  /** Wall-clock milliseconds that a call may take. */
  readonly callMsMax: number;
  /** Bytes that all values of the function may take together. */
  readonly memoryBytesMax: number;
}

/** Why a call has no result: the source throws, or gives what is no value of its type, or has come to a limit. */
type SourceFailure = 'thrown' | 'time' | 'memory' | 'stack';

/** What a function does that it should not; its message is for whoever wrote the function. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly failure: SourceFailure;

  constructor(failure: SourceFailure, message: string) {
    super(message);
    this.failure = failure;
  }
}

interface Entry {
  /** Undefined where the source has no such method. */
  readonly fn: number | undefined;
  readonly pass: readonly Pass[];
  readonly arrive: (crossing: Crossing | undefined) => SqlValue;
}

/** Values of the prelude's list before the entries. */
const BEFORE_ENTRIES = 2;
const MESSAGE_CHARS_MAX = 500;

/** A function in the interpreter of this thread: a runtime, a memory and intrinsics of its own. Calls are synchronous. */
export class Sandbox {
  /** Of an aggregate function. */
  readonly methods: readonly AggregateMethod[];
  readonly #quickJs: QuickJs;
  readonly #limits: SandboxLimits;
  readonly #machine: { readonly runtime: number; readonly context: number };
  /** See `out` of the prelude. */
  readonly #out: number;
  readonly #entries: readonly Entry[];
  /** Values of the context that live as long as it does. */
  readonly #held: number[] = [];
  #parse = 0;
  #isClosed = false;

  /** @throws {SourceError} where the source cannot be read, or is not what such a function is made of. */
  constructor(record: UserFunctionRecord, limits: SandboxLimits) {
    this.#quickJs = quickJs();
    this.#limits = limits;
    this.#machine = this.#quickJs.newContext(limits.memoryBytesMax);
    this.#out = this.#quickJs.newDoubles(2);
    const signatures = entriesOf(record);
    const { context } = this.#machine;
    try {
      const [names = 0, parse = 0, ...entries] = this.#within(() => this.#load(record, signatures));
      this.#parse = parse;
      const methods = this.#textOf(names).split(',');
      this.methods = AGGREGATE_METHODS.filter((method) => methods.includes(method));
      const parts = { quickJs: this.#quickJs, context, newText: (text: string) => this.#newText(text) };
      this.#entries = signatures.map(({ method, takes, gives }, index) => ({
        fn: method === 'call' || methods.includes(method) ? entries[index] : undefined,
        pass: takes.map((type) => passing(type, parts)),
        arrive: arrivalOf(gives),
      }));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** False where it is to be made anew. */
  get isOpen(): boolean {
    return !this.#isClosed && !this.#quickJs.isBroken;
  }

  /** Calls an entry. @throws {SourceError} */
  call(index: number, args: readonly SqlValue[]): SqlValue {
    const entry = this.#entries[index];
    if (entry?.fn === undefined) throw new SourceError('thrown', 'it has no such method');
    const { fn, pass } = entry;
    return this.#within(() =>
      this.#scope((scope) => {
        for (let at = 0; at < pass.length; at++) {
          const value = pass[at]?.(args[at] ?? null);
          if (value !== undefined) scope.push(value);
        }
        return this.#called(fn, scope, entry);
      }),
    );
  }

  /** Lets go of its memory. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#quickJs.isBroken) return;
    for (const value of this.#held) this.#quickJs.freeValue(this.#machine.context, value);
    try {
      this.#quickJs.free(this.#machine);
    } catch (error) {
      if (!(error instanceof BrokenInterpreter)) throw error;
    }
  }

  /** Evaluates prelude and source. @returns the values of the prelude's list. */
  #load(record: UserFunctionRecord, signatures: readonly EntrySignature[]): readonly number[] {
    const quickJs = this.#quickJs;
    const { context } = this.#machine;
    const config: SandboxConfig = {
      kind: record.kind,
      parameters: record.parameters.map(({ name }) => name),
      source: record.source,
      entries: signatures.map(({ method, takes, gives }) => ({
        ...{ method, takes: takes.map(sandboxType), gives: sandboxType(gives) },
      })),
    };
    return this.#scope((scope) => {
      const own = (value: number): number => {
        scope.push(value);
        return this.#checked(value);
      };
      const prelude = own(quickJs.evaluate(context, PRELUDE));
      const given = own(quickJs.evaluate(context, `(${JSON.stringify(config)})`));
      const view = own(quickJs.evaluate(context, '((buffer) => new Float64Array(buffer))'));
      const buffer = own(quickJs.ffi.QTS_NewArrayBuffer(context, this.#out, 16));
      const out = own(quickJs.call(context, view, [buffer]));
      const list = own(quickJs.call(context, prelude, [given, out]));
      for (let index = 0; index < BEFORE_ENTRIES + signatures.length; index++)
        this.#held.push(quickJs.ffi.QTS_GetPropNumber(context, list, index));
      return this.#held;
    });
  }

  #called(fn: number, args: number[], { arrive }: Entry): SqlValue {
    const quickJs = this.#quickJs;
    const { context } = this.#machine;
    quickJs.setDouble(this.#out, GIVEN.nothing);
    const result = quickJs.call(context, fn, args);
    args.push(result);
    switch (quickJs.double(this.#out, 0)) {
      case GIVEN.null:
        return null;
      case GIVEN.number:
        return arrive(quickJs.double(this.#out, 1));
      case GIVEN.true:
        return arrive(true);
      case GIVEN.false:
        return arrive(false);
      case GIVEN.text:
        return arrive(this.#textOf(result));
      case GIVEN.json: {
        const crossing: Crossing = JSON.parse(this.#textOf(result));
        return arrive(crossing);
      }
      default:
        this.#checked(result);
        throw new SourceError('thrown', 'it gives nothing');
    }
  }

  #newText(text: string): number {
    const { context } = this.#machine;
    if (!text.includes('\0')) return this.#kept(this.#quickJs.newText(context, text));
    return this.#scope((scope) => {
      const json = this.#quickJs.newText(context, JSON.stringify(text));
      scope.push(json);
      return this.#kept(this.#quickJs.call(context, this.#parse, [json]));
    });
  }

  /** The value; one that is an exception is freed. */
  #kept(value: number): number {
    try {
      return this.#checked(value);
    } catch (error) {
      this.#quickJs.freeValue(this.#machine.context, value);
      throw error;
    }
  }

  /** The value, unless it is an exception. @throws {SourceError} */
  #checked(value: number): number {
    const { ffi } = this.#quickJs;
    const { context } = this.#machine;
    const exception = ffi.QTS_ResolveException(context, value);
    if (exception === 0) return value;
    try {
      throw this.#failure(exception);
    } finally {
      ffi.QTS_FreeValuePointer(context, exception);
    }
  }

  #failure(exception: number): SourceError {
    const { callMsMax } = this.#limits;
    if (this.#quickJs.wasEnded) return new SourceError('time', `it takes longer than ${callMsMax} ms`);
    const text = this.#quickJs.textOf(this.#machine.context, exception) ?? 'it throws what has no text';
    if (text === 'InternalError: out of memory') return this.#outOfMemory();
    if (text === 'InternalError: stack overflow') return new SourceError('stack', 'it calls itself too deep');
    return new SourceError('thrown', text.slice(0, MESSAGE_CHARS_MAX));
  }

  #textOf(value: number): string {
    const text = this.#quickJs.textOf(this.#machine.context, value);
    if (text === undefined) throw this.#outOfMemory();
    return text;
  }

  #outOfMemory(): SourceError {
    return new SourceError('memory', `it takes more memory than ${this.#limits.memoryBytesMax} bytes`);
  }

  /** Runs a step that may take no longer than a call. @throws {SourceError} */
  #within<T>(step: () => T): T {
    try {
      return this.#quickJs.run(this.#limits.callMsMax, step);
    } catch (error) {
      if (error instanceof BrokenInterpreter) throw new SourceError('stack', 'it calls itself too deep');
      if (error instanceof RangeError) throw new SourceError('thrown', error.message);
      throw error;
    }
  }

  /** Frees what a step puts into the list. */
  #scope<T>(step: (scope: number[]) => T): T {
    const scope: number[] = [];
    try {
      return step(scope);
    } finally {
      if (!this.#quickJs.isBroken) {
        for (const value of scope) this.#quickJs.freeValue(this.#machine.context, value);
      }
    }
  }
}

/** What the prelude is given. */
interface SandboxConfig {
  readonly kind: UserFunctionRecord['kind'];
  readonly parameters: readonly string[];
  readonly source: string;
  readonly entries: readonly {
    readonly method: string;
    readonly takes: readonly SandboxType[];
    readonly gives: SandboxType;
  }[];
}
