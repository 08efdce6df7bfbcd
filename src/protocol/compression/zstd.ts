import { createRequire } from 'node:module';
import * as zlib from 'node:zlib';
import { assert } from '../../base/assert.ts';
import { corruptBytes, tooLarge } from './corrupt.ts';
import { zstdContentBytesMax } from './zstd-frame.ts';

/** The functions of `node:zlib` that came with Node 22.15. */
interface NodeZstd {
  readonly zstdCompressSync?: (bytes: Buffer) => Buffer;
  readonly zstdDecompressSync?: (bytes: Buffer, options: { readonly maxOutputLength: number }) => Buffer;
}

/** The WebAssembly build, for older ones. */
interface WasmZstd {
  init(): Promise<void>;
  compress(bytes: Uint8Array, level: number): Uint8Array;
  decompress(bytes: Uint8Array, options: { readonly defaultHeapSize: number }): Uint8Array;
}

const LEVEL = 3;
const node = zlib as unknown as NodeZstd;
let wasm: WasmZstd | undefined;

export async function initZstd(): Promise<void> {
  if (node.zstdCompressSync !== undefined || wasm !== undefined) return;
  const loaded = createRequire(import.meta.url)('@bokuweb/zstd-wasm') as WasmZstd;
  await loaded.init();
  wasm = loaded;
}

export function compressZstd(bytes: Buffer): Buffer {
  if (node.zstdCompressSync !== undefined) return node.zstdCompressSync(bytes);
  assert(wasm !== undefined, 'initCompression() was awaited before zstd is used');
  return viewOf(wasm.compress(bytes, LEVEL));
}

export function decompressZstd(bytes: Buffer, bytesMax: number): Buffer {
  if (node.zstdDecompressSync !== undefined) {
    try {
      return node.zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, bytesMax) });
    } catch (error) {
      const isLimit = (error as { readonly code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
      throw isLimit ? tooLarge('zstd', bytesMax) : corruptBytes('zstd', error);
    }
  }
  assert(wasm !== undefined, 'initCompression() was awaited before zstd is used');
  const content = zstdContentBytesMax(bytes);
  // A known size is checked; of an unknown one, what the blocks can hold is the room to decompress into.
  if (content.isExact && content.bytes > bytesMax) throw tooLarge('zstd', bytesMax);
  const room = Math.min(content.bytes, bytesMax);
  try {
    return viewOf(wasm.decompress(bytes, { defaultHeapSize: Math.max(1, room) }));
  } catch (error) {
    throw room < content.bytes ? tooLarge('zstd', bytesMax) : corruptBytes('zstd', error);
  }
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
