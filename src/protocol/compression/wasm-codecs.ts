/**
 * LZ4 frames and raw Snappy by the WebAssembly of `@platformatic/wasm-utils`, which is two to four times as fast as the
 * native packages (docs/decisions/0001-codec.md). Only its module is taken, not the package: that wants a newer Node than
 * it needs, and keeps the memory of what it could not decompress.
 */
import { WASM_BASE64 } from './wasm-binary.ts';

/** What the module exports; results are a pointer in the upper and a length in the lower 32 bits. */
interface CodecExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  alloc(length: number): number;
  dealloc(pointer: number, length: number): void;
  lz4_compress(pointer: number, length: number): bigint;
  lz4_decompress(pointer: number, length: number): bigint;
  snappy_compress(pointer: number, length: number): bigint;
  snappy_decompress(pointer: number, length: number): bigint;
}

type Codec = 'lz4_compress' | 'lz4_decompress' | 'snappy_compress' | 'snappy_decompress';

const INPUT_BYTES_MIN = 4096;
/** The memory of an instance never shrinks: one that has grown larger is not kept. */
const MEMORY_BYTES_MAX = 64 * 1024 * 1024;
const MASK_32 = 0xffffffffn;

const NOTHING = new Uint8Array(0);

/** What of the standard global is used here: Node's types do not have it without those of the browser. */
const { WebAssembly: wasm } = globalThis as unknown as {
  readonly WebAssembly: {
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (module: object) => { readonly exports: unknown };
  };
};

let compiled: object | undefined;
let codecs: CodecExports | undefined;
/** The instance's place for input, which grows and stays. */
let input: Uint8Array = NOTHING;
let inputPointer = 0;
let inputBytes = 0;

export const lz4Compress = (bytes: Buffer): Buffer => run('lz4_compress', bytes);
export const lz4Decompress = (bytes: Buffer): Buffer => run('lz4_decompress', bytes);
export const snappyCompress = (bytes: Buffer): Buffer => run('snappy_compress', bytes);
export const snappyDecompress = (bytes: Buffer): Buffer => run('snappy_decompress', bytes);

/** @throws What WebAssembly throws for bytes that cannot be decompressed. */
function run(codec: Codec, bytes: Buffer): Buffer {
  codecs ??= instantiate();
  // A view of a memory that has grown since has no bytes: it is as good as too small.
  if (input.length < bytes.length || input.length === 0) reserveInput(codecs, bytes.length);
  input.set(bytes);
  try {
    const result = codecs[codec](inputPointer, bytes.length);
    const length = Number(result & MASK_32);
    const pointer = Number(result >> 32n);
    const output = Buffer.from(new Uint8Array(codecs.memory.buffer, pointer, length));
    codecs.dealloc(pointer, length);
    if (codecs.memory.buffer.byteLength > MEMORY_BYTES_MAX) dropInstance();
    return output;
  } catch (error) {
    // What panicked gave nothing back: its memory goes with the instance, or rubbish from a client would fill it.
    dropInstance();
    throw error;
  }
}

function dropInstance(): void {
  codecs = undefined;
  input = NOTHING;
  inputBytes = 0;
}

function reserveInput(from: CodecExports, length: number): void {
  if (inputBytes > 0) from.dealloc(inputPointer, inputBytes);
  inputBytes = Math.max(length, INPUT_BYTES_MIN);
  inputPointer = from.alloc(inputBytes);
  input = new Uint8Array(from.memory.buffer, inputPointer, inputBytes);
}

function instantiate(): CodecExports {
  compiled ??= new wasm.Module(Buffer.from(WASM_BASE64, 'base64'));
  return new wasm.Instance(compiled).exports as CodecExports;
}
