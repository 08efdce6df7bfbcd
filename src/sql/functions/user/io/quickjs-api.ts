/**
 * What is used of QuickJS compiled to WebAssembly (`@jitl/quickjs-wasmfile-release-sync`): its module as Emscripten makes it,
 * and its functions. Values of JavaScript, contexts and runtimes are pointers into the memory of the module.
 */
export interface EmscriptenModule {
  /** Over the memory; another one after it has grown. */
  readonly HEAPU8: Uint8Array;
  readonly _malloc: (bytes: number) => number;
  readonly _free: (pointer: number) => void;
  callbacks: EmscriptenCallbacks;
}

interface EmscriptenCallbacks {
  /** Asked about every ten thousand steps of the interpreter; 1 ends what runs. */
  shouldInterrupt(unused: undefined, runtime: number): 0 | 1;
  callFunction(): number;
  loadModuleSource(): string;
  normalizeModule(): string;
  freeHostRef(): void;
}

export interface QuickJsFunctions {
  readonly QTS_NewRuntime: () => number;
  readonly QTS_FreeRuntime: (runtime: number) => void;
  readonly QTS_RuntimeSetMemoryLimit: (runtime: number, bytes: number) => void;
  readonly QTS_RuntimeSetMaxStackSize: (runtime: number, bytes: number) => void;
  readonly QTS_RuntimeEnableInterruptHandler: (runtime: number) => void;
  readonly QTS_NewContext: (runtime: number, intrinsics: number) => number;
  readonly QTS_FreeContext: (context: number) => void;
  readonly QTS_GetUndefined: () => number;
  readonly QTS_GetNull: () => number;
  readonly QTS_GetTrue: () => number;
  readonly QTS_GetFalse: () => number;
  readonly QTS_NewFloat64: (context: number, value: number) => number;
  readonly QTS_NewString: (context: number, utf8: number) => number;
  /** Takes the memory over. */
  readonly QTS_NewArrayBuffer: (context: number, bytes: number, length: number) => number;
  readonly QTS_GetString: (context: number, value: number) => number;
  readonly QTS_FreeCString: (context: number, utf8: number) => void;
  readonly QTS_FreeValuePointer: (context: number, value: number) => void;
  readonly QTS_GetPropNumber: (context: number, value: number, index: number) => number;
  readonly QTS_Call: (context: number, fn: number, self: number, count: number, argv: number) => number;
  /** The exception that a result is; 0 where it is none. */
  readonly QTS_ResolveException: (context: number, value: number) => number;
  readonly QTS_Eval: (
    context: number,
    utf8: number,
    length: number,
    fileName: string,
    detectModule: number,
    flags: number,
  ) => number;
}
