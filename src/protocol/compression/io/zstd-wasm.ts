import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { assert } from '../../../base/assert.ts';

/** The part of zstd's C interface that batches need; addresses and sizes are numbers. */
interface ZstdModule {
  HEAPU8: Uint8Array;
  /** Whether it has been instantiated. */
  readonly calledRun?: boolean;
  init(wasm: Uint8Array): void;
  instantiateWasm(imports: object, receive: (instance: object) => unknown): unknown;
  _malloc(bytes: number): number;
  _free(address: number): void;
  _ZSTD_isError(code: number): number;
  _ZSTD_compressBound(bytes: number): number;
  _ZSTD_compress(to: number, room: number, from: number, bytes: number, level: number): number;
  _ZSTD_decompress(to: number, room: number, from: number, bytes: number): number;
}

/** What is used of WebAssembly; its types come with those of browsers only. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => object;
}

const PACKAGE = '@bokuweb/zstd-wasm';

let loaded: ZstdModule | undefined;

export function compressWithWasm(bytes: Uint8Array, level: number): Buffer {
  const zstd = zstdModule();
  const room = zstd._ZSTD_compressBound(bytes.length);
  return transform(bytes, room, (to, from) => zstd._ZSTD_compress(to, room, from, bytes.length, level));
}

/**
 * Restores all frames of `bytes`.
 * @param room bytes to restore into.
 * @throws {Error} when they do not fit, or are no zstd.
 */
export function decompressWithWasm(bytes: Uint8Array, room: number): Buffer {
  const zstd = zstdModule();
  return transform(bytes, room, (to, from) => zstd._ZSTD_decompress(to, room, from, bytes.length));
}

function transform(bytes: Uint8Array, room: number, run: (to: number, from: number) => number): Buffer {
  const zstd = zstdModule();
  const from = zstd._malloc(Math.max(1, bytes.length));
  const to = zstd._malloc(Math.max(1, room));
  try {
    if (from === 0 || to === 0) throw new Error(`no memory for ${bytes.length} and ${room} bytes`);
    zstd.HEAPU8.set(bytes, from);
    const size = run(to, from);
    if (zstd._ZSTD_isError(size) !== 0) throw new Error(`zstd error ${-size}`);
    return Buffer.from(zstd.HEAPU8.subarray(to, to + size));
  } finally {
    zstd._free(to);
    zstd._free(from);
  }
}

/**
 * Loads zstd with its first use, synchronously: nobody has to remember to initialise it, in whatever process or worker
 * thread. The package's own `init` is asynchronous, but its module leaves the instantiation to who wants it.
 */
function zstdModule(): ZstdModule {
  if (loaded !== undefined) return loaded;
  const require = createRequire(import.meta.url);
  const folder = path.dirname(require.resolve(PACKAGE));
  const { Module: module } = require(path.join(folder, 'module.js')) as { readonly Module: ZstdModule };
  if (module.calledRun !== true) {
    const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi })
      .WebAssembly;
    const compiled = new Module(readFileSync(path.join(folder, 'zstd.wasm')));
    module.instantiateWasm = (imports, receive) => receive(new Instance(compiled, imports));
    module.init(new Uint8Array());
  }
  assert(module.calledRun === true, 'zstd is there once its module is instantiated');
  loaded = module;
  return module;
}
