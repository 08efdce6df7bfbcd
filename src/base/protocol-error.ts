/**
 * Bytes that break the Kafka protocol: truncated, negative or oversized lengths, a null where none may be, a number that
 * JavaScript cannot hold. Thrown by {@link BytesReader} and by everything in `src/protocol`.
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  /** The error code of the protocol to answer with, as in `src/protocol/error-codes.ts`. */
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** INVALID_REQUEST, the code of a message that cannot be read. */
const INVALID_REQUEST = 42;

/** Ends the reading of a malformed message. A function of its own keeps the callers small enough to be inlined. */
export function malformed(message: string): never {
  throw new ProtocolError(INVALID_REQUEST, message);
}
