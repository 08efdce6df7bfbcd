import * as zlib from 'node:zlib';
import { corruptBytes, tooLarge } from './corrupt.ts';
import { compressWithWasm, decompressWithWasm } from './io/zstd-wasm.ts';
import { zstdContentBytesMax } from './zstd-frame.ts';

/** The functions of `node:zlib` that came with Node 22.15; before, zstd is a WebAssembly module. */
interface NodeZstd {
  readonly zstdCompressSync?: (bytes: Buffer) => Buffer;
  readonly zstdDecompressSync?: (bytes: Buffer, options: { readonly maxOutputLength: number }) => Buffer;
}

const LEVEL = 3;
const node = zlib as unknown as NodeZstd;

export function compressZstd(bytes: Buffer): Buffer {
  if (node.zstdCompressSync !== undefined) return node.zstdCompressSync(bytes);
  return compressWithWasm(bytes, LEVEL);
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
  const content = zstdContentBytesMax(bytes);
  // A known size is checked; of an unknown one, what the blocks can hold is the room to decompress into.
  if (content.isExact && content.bytes > bytesMax) throw tooLarge('zstd', bytesMax);
  const room = Math.min(content.bytes, bytesMax);
  try {
    return decompressWithWasm(bytes, room);
  } catch (error) {
    throw room < content.bytes ? tooLarge('zstd', bytesMax) : corruptBytes('zstd', error);
  }
}
