import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { assertDefined } from '../../../../base/assert.ts';
import { OperationalError } from '../../../../base/errors.ts';
import type { EmscriptenModule, QuickJsFunctions } from './quickjs-api.ts';

/** What all functions of a thread have together, in pages of 64 KiB: 16 MiB at first, 512 MiB at most. */
const MEMORY_PAGES = { initial: 256, maximum: 8_192 };
const SCRATCH_BYTES = 65_536;
/** Calls inside of each other: the interpreter refuses the next one before the stack of the thread ends. */
const STACK_BYTES_MAX = 48_000;
const ARGUMENTS_MAX = 256;
/**
 * The intrinsics of a context: base objects, Date, eval, normalize, regular expressions, JSON, maps and sets, typed arrays, promises
 * and big integers. There is no Proxy: the lengths of arrays can be believed.
 */
const INTRINSICS = 1 | 2 | 4 | 8 | 16 | 32 | 64 | 256 | 512 | 1024 | 2048;

/** Thrown where code has broken the interpreter that it ran in. */
export class BrokenInterpreter extends Error {
  override readonly name = 'BrokenInterpreter';
}

/**
 * The interpreter of JavaScript: one instance of QuickJS in WebAssembly with a memory of its own. Code in it reaches nothing
 * but what is in that memory. What runs is ended when its time is over.
 */
export class QuickJs {
  readonly ffi: QuickJsFunctions;
  readonly undefinedValue: number;
  readonly nullValue: number;
  readonly trueValue: number;
  readonly falseValue: number;
  /** Where the pointers of arguments are put before a call. */
  readonly #argv: number;
  readonly #module: EmscriptenModule;
  readonly #scratch: number;
  #bytes: Buffer;
  #floats: Float64Array;
  #words: Uint32Array;
  #isBroken = false;
  #limitMs = 0;
  /** When what runs was first asked about; 0 before that. */
  #startMs = 0;
  #isOver = false;

  constructor(module: EmscriptenModule, ffi: QuickJsFunctions) {
    this.#module = module;
    this.ffi = ffi;
    this.undefinedValue = ffi.QTS_GetUndefined();
    this.nullValue = ffi.QTS_GetNull();
    this.trueValue = ffi.QTS_GetTrue();
    this.falseValue = ffi.QTS_GetFalse();
    this.#scratch = module._malloc(SCRATCH_BYTES);
    this.#argv = module._malloc(4 * ARGUMENTS_MAX);
    const { buffer } = module.HEAPU8;
    this.#bytes = Buffer.from(buffer);
    this.#floats = new Float64Array(buffer);
    this.#words = new Uint32Array(buffer);
    const none = (): never => {
      throw new Error('code in a sandbox calls nothing outside');
    };
    module.callbacks = {
      ...{ callFunction: none, loadModuleSource: none, normalizeModule: none, freeHostRef: () => undefined },
      shouldInterrupt: () => (this.#isTimeOver() ? 1 : 0),
    };
  }

  /** It has met the end of the stack, or a bug of its own: nothing of its memory can be used any more. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** A runtime with a context. @param memoryBytesMax what its values may take together. */
  newContext(memoryBytesMax: number): { readonly runtime: number; readonly context: number } {
    const { ffi } = this;
    const runtime = ffi.QTS_NewRuntime();
    ffi.QTS_RuntimeSetMemoryLimit(runtime, memoryBytesMax);
    ffi.QTS_RuntimeSetMaxStackSize(runtime, STACK_BYTES_MAX);
    ffi.QTS_RuntimeEnableInterruptHandler(runtime);
    return { runtime, context: ffi.QTS_NewContext(runtime, INTRINSICS) };
  }

  free({ runtime, context }: { readonly runtime: number; readonly context: number }): void {
    if (this.#isBroken) return;
    this.run(0, () => {
      this.ffi.QTS_FreeContext(context);
      this.ffi.QTS_FreeRuntime(runtime);
    });
  }

  /**
   * Runs code for a time.
   * @param limitMs wall-clock milliseconds; they are counted from its first ten thousand steps on.
   * @throws {BrokenInterpreter} where nothing in this interpreter can be used any more. Other exceptions are values.
   */
  run<T>(limitMs: number, code: () => T): T {
    this.#limitMs = limitMs;
    this.#startMs = 0;
    this.#isOver = false;
    try {
      return code();
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError) && !isStackEnd(error)) throw error;
      this.#isBroken = true;
      throw new BrokenInterpreter('the stack of the thread has ended', { cause: error });
    }
  }

  /** Whether what ran last was ended since its time was over. */
  get wasEnded(): boolean {
    return this.#isOver;
  }

  /** @returns the result, which is to be freed, and may be an exception. */
  call(context: number, fn: number, args: readonly number[]): number {
    const words = this.#argv >> 2;
    this.#refresh();
    for (let index = 0; index < args.length; index++) this.#words[words + index] = args[index] ?? 0;
    return this.ffi.QTS_Call(context, fn, this.undefinedValue, args.length, this.#argv);
  }

  evaluate(context: number, code: string): number {
    const { pointer, length } = this.#textAt(code);
    try {
      return this.ffi.QTS_Eval(context, pointer, length, 'function.js', 0, 0);
    } finally {
      this.#freeText(pointer);
    }
  }

  /** @param text without a NUL, with which C ends a text. */
  newText(context: number, text: string): number {
    const { pointer } = this.#textAt(text);
    try {
      return this.ffi.QTS_NewString(context, pointer);
    } finally {
      this.#freeText(pointer);
    }
  }

  /** What a value is as a text; undefined where it has none, or there is no memory for it. */
  textOf(context: number, value: number): string | undefined {
    const pointer = this.ffi.QTS_GetString(context, value);
    if (pointer === 0) return undefined;
    this.#refresh();
    const text = this.#bytes.toString('utf8', pointer, this.#bytes.indexOf(0, pointer));
    this.ffi.QTS_FreeCString(context, pointer);
    return text;
  }

  /** Memory for doubles that both sides see. */
  newDoubles(count: number): number {
    return assertDefined(this.#module._malloc(count * 8) || undefined, 'there is memory for a few numbers');
  }

  double(pointer: number, index: number): number {
    this.#refresh();
    return this.#floats[(pointer >> 3) + index] ?? Number.NaN;
  }

  setDouble(pointer: number, value: number): void {
    this.#refresh();
    this.#floats[pointer >> 3] = value;
  }

  freeValue(context: number, value: number): void {
    if (value === this.nullValue || value === this.trueValue || value === this.falseValue) return;
    this.ffi.QTS_FreeValuePointer(context, value);
  }

  #textAt(text: string): { readonly pointer: number; readonly length: number } {
    const room = text.length * 3 + 1;
    const pointer = room <= SCRATCH_BYTES ? this.#scratch : this.#module._malloc(room);
    if (pointer === 0) throw new RangeError('no memory is left for an argument');
    this.#refresh();
    const length = this.#bytes.write(text, pointer, 'utf8');
    this.#bytes[pointer + length] = 0;
    return { pointer, length };
  }

  #freeText(pointer: number): void {
    if (pointer !== this.#scratch) this.#module._free(pointer);
  }

  /** The memory may have grown. */
  #refresh(): void {
    const { buffer } = this.#module.HEAPU8;
    if (buffer === this.#bytes.buffer) return;
    this.#bytes = Buffer.from(buffer);
    this.#floats = new Float64Array(buffer);
    this.#words = new Uint32Array(buffer);
  }

  #isTimeOver(): boolean {
    const now = performance.now();
    if (this.#startMs === 0) this.#startMs = now;
    this.#isOver ||= now - this.#startMs > this.#limitMs;
    return this.#isOver;
  }
}

/** What V8 throws where the stack of the thread has ended inside of WebAssembly. */
function isStackEnd(error: unknown): boolean {
  return error instanceof RangeError && error.message.startsWith('Maximum call stack');
}

/** A module, compiled once for all instances of a thread. */
type Compiled = Awaited<ReturnType<typeof WebAssembly.compile>>;

let compiled: Promise<Compiled> | undefined;
let loading: Promise<void> | undefined;
let current: QuickJs | undefined;
/** Takes the place of one that breaks, which cannot be waited for in the midst of a row. */
let spare: QuickJs | undefined;

async function newQuickJs(): Promise<QuickJs> {
  const { resolve } = createRequire(import.meta.url);
  compiled ??= readFile(resolve('@jitl/quickjs-wasmfile-release-sync/wasm')).then((bytes) =>
    WebAssembly.compile(bytes),
  );
  const [wasm, { default: load }, { QuickJSFFI }] = await Promise.all([
    compiled,
    import('@jitl/quickjs-wasmfile-release-sync/emscripten-module'),
    import('@jitl/quickjs-wasmfile-release-sync/ffi'),
  ]);
  const module = await load({
    wasmMemory: new WebAssembly.Memory(MEMORY_PAGES),
    printErr: () => undefined,
    instantiateWasm: (
      imports: WebAssembly.Imports,
      done: (instance: WebAssembly.Instance, module: Compiled) => void,
    ) => void WebAssembly.instantiate(wasm, imports).then((instance) => done(instance, wasm)),
  });
  return new QuickJs(module, new QuickJSFFI(module));
}

/** Loads the interpreter in this thread, once. Where it cannot be, {@link quickJs} says so. */
export function loadQuickJs(): Promise<void> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<void> {
  current = await newQuickJs();
  spare = await newQuickJs();
}

/** Puts another one into the place of one that has broken, for whoever comes next. */
async function replenish(): Promise<void> {
  try {
    const made = await newQuickJs();
    if (current === undefined) current = made;
    else spare = made;
  } catch {
    // Who needs it loads it, and is told why it cannot be.
    loading = undefined;
  }
}

/** The interpreter of this thread. @throws {OperationalError} where it is not loaded. */
export function quickJs(): QuickJs {
  if (current?.isBroken === true) {
    current = spare;
    spare = undefined;
    void replenish();
  }
  if (current !== undefined) return current;
  const message = 'the interpreter of functions in JavaScript is not loaded';
  throw new OperationalError('FUNCTIONS_NOT_LOADED', message, { retriable: true });
}

/** Milliseconds since an arbitrary start. */
export function elapsedMs(): number {
  return performance.now();
}
