import { messageOf } from '../../base/errors.ts';
import { ProtocolError } from '../../base/protocol-error.ts';
import { ErrorCode } from '../error-codes.ts';

/** The error for compressed bytes that cannot be restored. */
export function corruptBytes(format: string, cause: unknown): ProtocolError {
  return cause instanceof ProtocolError
    ? cause
    : new ProtocolError(
        ErrorCode.CORRUPT_MESSAGE,
        `cannot decompress ${format}: ${typeof cause === 'string' ? cause : messageOf(cause)}`,
      );
}

/** The error for what would become larger than allowed. */
export function tooLarge(format: string, bytesMax: number): ProtocolError {
  return new ProtocolError(
    ErrorCode.CORRUPT_MESSAGE,
    `${format} decompresses to more than the ${bytesMax} bytes allowed`,
  );
}
