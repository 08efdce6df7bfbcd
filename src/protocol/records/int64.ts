import { ProtocolError } from '../../base/protocol-error.ts';
import { ErrorCode } from '../error-codes.ts';

const TWO_POW_32 = 2 ** 32;

/**
 * A 64-bit integer of a batch header as a number.
 * @throws {ProtocolError} CORRUPT_MESSAGE beyond 2^53.
 */
export function readInt64(buffer: Buffer, at: number): number {
  const value = buffer.readInt32BE(at) * TWO_POW_32 + buffer.readUInt32BE(at + 4);
  if (!Number.isSafeInteger(value)) {
    throw new ProtocolError(ErrorCode.CORRUPT_MESSAGE, 'a 64-bit integer of a record batch is beyond 2^53');
  }
  return value;
}

/** Writes a safe integer. */
export function writeInt64(buffer: Buffer, at: number, value: number): void {
  const high = Math.floor(value / TWO_POW_32);
  buffer.writeInt32BE(high, at);
  buffer.writeUInt32BE(value - high * TWO_POW_32, at + 4);
}
