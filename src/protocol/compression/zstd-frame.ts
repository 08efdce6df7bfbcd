import { TWO_POW_32 } from '../../base/int64.ts';
import { corruptBytes } from './corrupt.ts';

/**
 * Reads the skeleton of zstd frames (RFC 8878, section 3.1), to know how much they restore before it is restored:
 * streaming writers, as in Kafka's Java clients, leave the content size out.
 */
const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
/** The most that one block restores. */
const BLOCK_BYTES_MAX = 128 * 1024;

/** The largest window that zstd's own decoder takes while it streams, as Kafka's Java clients do. */
const WINDOW_BYTES_MAX = 128 * 1024 * 1024;

const RAW_BLOCK = 0;
const RLE_BLOCK = 1;

interface ZstdContent {
  readonly bytes: number;
  /** False: an upper bound. */
  readonly isExact: boolean;
}

interface ZstdFrame extends ZstdContent {
  readonly start: number;
  readonly end: number;
}

/** How many bytes the frames restore, or at most can. */
export function zstdContentBytesMax(bytes: Buffer): ZstdContent {
  let total = 0;
  let isExact = true;
  for (const frame of zstdFrames(bytes)) {
    total += frame.bytes;
    isExact &&= frame.isExact;
  }
  return { bytes: total, isExact };
}

/**
 * The frames that restore something, one after the other.
 * @throws {ProtocolError} CORRUPT_MESSAGE where a frame is cut short, is none, or wants too much memory.
 */
export function zstdFrames(bytes: Buffer): readonly ZstdFrame[] {
  const frames: ZstdFrame[] = [];
  let at = 0;
  while (at < bytes.length) {
    const magic = uint32(bytes, at);
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
      at += 8 + uint32(bytes, at + 4);
      continue;
    }
    if (magic !== MAGIC) throw corruptBytes('zstd', 'not a zstd frame');
    const frame = readFrame(bytes, at);
    frames.push(frame);
    at = frame.end;
  }
  if (at !== bytes.length) throw corruptBytes('zstd', 'a frame is cut short');
  return frames;
}

function readFrame(bytes: Buffer, frameStart: number): ZstdFrame {
  const start = frameStart + 4;
  const descriptor = byteAt(bytes, start);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeFlag = descriptor >>> 6;
  const sizeBytes = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 2 ** sizeFlag;
  let at = start + 1 + (isSingleSegment ? 0 : 1) + dictionaryBytes;
  const known = contentSize(bytes, at, sizeBytes);
  at += sizeBytes;
  const windowBytes = isSingleSegment ? (known ?? 0) : windowSize(byteAt(bytes, start + 1));
  if (windowBytes > WINDOW_BYTES_MAX)
    throw corruptBytes('zstd', `a window of ${windowBytes} bytes is needed`);
  let bound = 0;
  for (let isLast = false; !isLast; ) {
    const header = byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8) | (byteAt(bytes, at + 2) << 16);
    at += 3;
    isLast = (header & 1) !== 0;
    const type = (header >>> 1) & 3;
    const size = header >>> 3;
    bound += type === RAW_BLOCK || type === RLE_BLOCK ? size : BLOCK_BYTES_MAX;
    at += type === RLE_BLOCK ? 1 : size;
  }
  if ((descriptor & 4) !== 0) at += 4;
  if (at > bytes.length) throw corruptBytes('zstd', 'a frame is cut short');
  return { bytes: known ?? bound, isExact: known !== undefined, start: frameStart, end: at };
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >>> 3));
  return base + (base / 8) * (descriptor & 7);
}

function contentSize(bytes: Buffer, at: number, length: number): number | undefined {
  switch (length) {
    case 0:
      return undefined;
    case 1:
      return byteAt(bytes, at);
    case 2:
      return (byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8)) + 256;
    case 4:
      return uint32(bytes, at);
    default:
      return uint32(bytes, at) + uint32(bytes, at + 4) * TWO_POW_32;
  }
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw corruptBytes('zstd', 'a frame is cut short');
  return byte;
}

function uint32(bytes: Buffer, at: number): number {
  if (at + 4 > bytes.length) throw corruptBytes('zstd', 'a frame is cut short');
  return bytes.readUInt32LE(at);
}
