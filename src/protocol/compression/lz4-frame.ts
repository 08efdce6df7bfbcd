import { xxhash32 } from '../../base/xxhash32.ts';
import { corruptBytes } from './corrupt.ts';
import { decodeLz4Block } from './lz4-block.ts';

/** LZ4 frames (the frame format 1.6.4), with a correct header checksum: what batches of magic 2 carry. */
export const LZ4_MAGIC = 0x184d2204;
const DESCRIPTOR_AT = 4;
const INDEPENDENT_BLOCKS = 0x20;
const HAS_BLOCK_CHECKSUM = 0x10;
const HAS_CONTENT_SIZE = 0x08;
const HAS_DICTIONARY = 0x01;
const UNCOMPRESSED_BLOCK = 0x80000000;
/** How far back a match may reach. */
const WINDOW_BYTES = 64 * 1024;

interface FrameHeader {
  readonly areBlocksLinked: boolean;
  readonly hasBlockChecksums: boolean;
  readonly blockBytesMax: number;
  /** Where the first block begins. */
  readonly end: number;
}

/**
 * Restores a frame block by block. A piece is valid until the next one is asked for. The checksum of the content is not
 * looked at, as in Kafka: that of the batch covers it.
 * @throws {ProtocolError} CORRUPT_MESSAGE
 */
export function* lz4Pieces(bytes: Buffer): Generator<Buffer> {
  const { areBlocksLinked, hasBlockChecksums, blockBytesMax, end } = readHeader(bytes);
  // The window, then the room of a block: matches of linked blocks reach into the blocks before.
  const room = Buffer.allocUnsafe(WINDOW_BYTES + blockBytesMax);
  let history = 0;
  let at = end;
  for (;;) {
    if (at + 4 > bytes.length) throw corruptBytes('lz4', 'a block is cut short');
    const word = bytes.readUInt32LE(at);
    if (word === 0) return;
    const size = word % UNCOMPRESSED_BLOCK;
    const from = at + 4;
    at = from + size + (hasBlockChecksums ? 4 : 0);
    if (at > bytes.length) throw corruptBytes('lz4', 'a block is cut short');
    if (hasBlockChecksums && bytes.readUInt32LE(from + size) !== xxhash32(bytes, from, from + size)) {
      throw corruptBytes('lz4', 'the checksum of a block is wrong');
    }
    let stop: number;
    if (word >= UNCOMPRESSED_BLOCK) {
      if (size > blockBytesMax) throw corruptBytes('lz4', 'a block is larger than its frame allows');
      stop = history + bytes.copy(room, history, from, from + size);
    } else {
      stop = decodeLz4Block({ from: bytes, start: from, end: from + size }, room, {
        at: history,
        max: history + blockBytesMax,
      });
    }
    yield room.subarray(history, stop);
    if (areBlocksLinked) {
      const kept = Math.min(stop, WINDOW_BYTES);
      room.copyWithin(0, stop - kept, stop);
      history = kept;
    }
  }
}

/** Calls back with what each block of a frame takes in `bytes`, and whether it is compressed. */
export function forEachLz4Block(
  bytes: Buffer,
  visit: (block: { readonly start: number; readonly end: number; readonly isCompressed: boolean }) => void,
): void {
  const flags = bytes[DESCRIPTOR_AT] ?? 0;
  let at = headerEnd(flags);
  while (at + 4 <= bytes.length) {
    const word = bytes.readUInt32LE(at);
    if (word === 0) return;
    at += 4;
    const size = word % UNCOMPRESSED_BLOCK;
    if (at + size > bytes.length) throw corruptBytes('lz4', 'a block is cut short');
    visit({ start: at, end: at + size, isCompressed: word < UNCOMPRESSED_BLOCK });
    at += size + ((flags & HAS_BLOCK_CHECKSUM) === 0 ? 0 : 4);
  }
}

export function isLz4Frame(bytes: Buffer): boolean {
  return bytes.length >= headerEnd(0) && bytes.readUInt32LE(0) === LZ4_MAGIC;
}

function readHeader(bytes: Buffer): FrameHeader {
  if (!isLz4Frame(bytes)) throw corruptBytes('lz4', 'not an LZ4 frame');
  const flags = bytes[DESCRIPTOR_AT] ?? 0;
  const end = headerEnd(flags);
  if (end > bytes.length) throw corruptBytes('lz4', 'the header is cut short');
  const sizeCode = ((bytes[DESCRIPTOR_AT + 1] ?? 0) >>> 4) & 7;
  if (flags >>> 6 !== 1 || sizeCode < 4) throw corruptBytes('lz4', 'the header is not known');
  if ((flags & HAS_DICTIONARY) !== 0) throw corruptBytes('lz4', 'a dictionary is needed');
  const checksum = (xxhash32(bytes, DESCRIPTOR_AT, end - 1) >>> 8) & 0xff;
  if (checksum !== bytes[end - 1]) throw corruptBytes('lz4', 'the checksum of the header is wrong');
  return {
    areBlocksLinked: (flags & INDEPENDENT_BLOCKS) === 0,
    hasBlockChecksums: (flags & HAS_BLOCK_CHECKSUM) !== 0,
    blockBytesMax: 2 ** (8 + 2 * sizeCode),
    end,
  };
}

/** Magic, flags and block size, the optional fields, the checksum of the header. */
function headerEnd(flags: number): number {
  return 7 + ((flags & HAS_CONTENT_SIZE) === 0 ? 0 : 8) + ((flags & HAS_DICTIONARY) === 0 ? 0 : 4);
}
