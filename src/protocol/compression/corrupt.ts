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

/** Thrown for what would become larger than allowed; it may be sound. */
export class DecompressedTooLargeError extends ProtocolError {
  /** The limit that was passed. */
  readonly bytesMax: number;

  constructor(format: string, bytesMax: number) {
    super(ErrorCode.CORRUPT_MESSAGE, `${format} decompresses to more than the ${bytesMax} bytes allowed`);
    this.bytesMax = bytesMax;
  }
}

export function tooLarge(format: string, bytesMax: number): DecompressedTooLargeError {
  return new DecompressedTooLargeError(format, bytesMax);
}
