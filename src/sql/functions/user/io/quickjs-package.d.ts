declare module '@jitl/quickjs-wasmfile-release-sync/emscripten-module' {
  // oxlint-disable-next-line typescript/consistent-type-imports -- a declaration of globals has no imports
  const load: (options: object) => Promise<import('./quickjs-api.ts').EmscriptenModule>;
  export default load;
}
declare module '@jitl/quickjs-wasmfile-release-sync/ffi' {
  export const QuickJSFFI: new (
    // oxlint-disable-next-line typescript/consistent-type-imports -- as above
    module: import('./quickjs-api.ts').EmscriptenModule,
    // oxlint-disable-next-line typescript/consistent-type-imports -- as above
  ) => import('./quickjs-api.ts').QuickJsFunctions;
}

/** What is used of Node's WebAssembly, of which the types for Node have little. */
declare namespace WebAssembly {
  class Memory {
    constructor(pages: { readonly initial: number; readonly maximum: number });
    readonly buffer: ArrayBuffer;
  }
  class RuntimeError extends Error {}
  interface Module {
    readonly [Symbol.toStringTag]?: string;
  }
  interface Instance {
    readonly exports: object;
  }
  type Imports = Readonly<Record<string, object>>;
  function compile(bytes: Uint8Array): Promise<Module>;
  function instantiate(module: Module, imports: Imports): Promise<Instance>;
}
