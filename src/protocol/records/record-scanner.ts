import type { ExactInt64 } from '../../base/int64.ts';
import { ProtocolError } from '../../base/protocol-error.ts';
import { VARINT_BYTES_MAX, VARLONG_BYTES_MAX, zigZagOfHalves } from '../../base/varint.ts';
import { ErrorCode } from '../error-codes.ts';
import { RECORD_BYTES_MIN } from './batch-format.ts';

/** What is told of each record. */
interface RecordVisitor {
  visit(timestampDelta: ExactInt64, offsetDelta: number, keyLength: number): void;
}

/** What comes next: a number, or after it bytes to skip. */
const LENGTH = 0;
const ATTRIBUTES = 1;
const TIMESTAMP = 2;
const OFFSET = 3;
const KEY = 4;
const VALUE = 5;
const HEADERS = 6;
const HEADER_KEY = 7;
const HEADER_VALUE = 8;

/**
 * Walks over the records of a batch that come in pieces of any size, and keeps nothing of them. It asks the same of them
 * as `RecordIterator`, which needs them whole and is faster.
 */
export class RecordScanner {
  readonly #visitor: RecordVisitor;
  #recordsLeft: number;
  #field = LENGTH;
  /** Of the current record, not counting its length. */
  #bytesLeft = 0;
  /** Of a key or a value, not seen yet. */
  #skip = 0;
  #headersLeft = 0;
  #timestampDelta: ExactInt64 = 0;
  #offsetDelta = 0;
  #keyLength = 0;
  /** The number that is being read: its zigzag halves up to bit 28, and what is above. */
  #low = 0;
  #high = 0;
  #numberBytes = 0;

  constructor(recordsCount: number, visitor: RecordVisitor) {
    this.#recordsLeft = recordsCount;
    this.#visitor = visitor;
  }

  /** @throws {ProtocolError} CORRUPT_MESSAGE */
  push(bytes: Buffer): void {
    const { length } = bytes;
    let at = 0;
    while (at < length) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, length - at);
        this.#skip -= skipped;
        this.#bytesLeft -= skipped;
        at += skipped;
        if (this.#skip === 0) this.#endIfLast();
        continue;
      }
      const byte = bytes[at++] ?? 0;
      if (this.#field === LENGTH) {
        if (this.#recordsLeft === 0) throw corrupt('bytes follow the last record of a batch');
      } else if (--this.#bytesLeft < 0) {
        throw corrupt('a record does not have the length it says');
      }
      if (this.#field === ATTRIBUTES) this.#field = TIMESTAMP;
      else if (this.#readNumber(byte)) this.#take();
    }
  }

  /** @throws {ProtocolError} CORRUPT_MESSAGE where the records are not whole. */
  end(): void {
    if (this.#recordsLeft > 0 || this.#field !== LENGTH || this.#numberBytes > 0) {
      throw corrupt(`${this.#recordsLeft} records are missing, or one is cut short`);
    }
  }

  /** Takes one byte of a number; true when that was its last. */
  #readNumber(byte: number): boolean {
    const index = this.#numberBytes++;
    const digits = byte & 0x7f;
    if (index < 4) this.#low |= digits << (7 * index);
    else this.#high += digits * 2 ** (7 * (index - 4));
    if (byte < 0x80) return true;
    const isLong = this.#field === TIMESTAMP;
    if (this.#numberBytes === (isLong ? VARLONG_BYTES_MAX : VARINT_BYTES_MAX)) {
      throw corrupt(`a var${isLong ? 'long takes more than ten' : 'int takes more than five'} bytes`);
    }
    return false;
  }

  /** Takes a number that is whole to where it belongs. */
  #take(): void {
    const low = this.#low;
    const high = this.#high;
    this.#low = 0;
    this.#high = 0;
    this.#numberBytes = 0;
    if (this.#field === TIMESTAMP) {
      this.#timestampDelta = zigZagOfHalves(low, high);
      this.#field = OFFSET;
      return;
    }
    // Half of what is above bit 28, and its sign, which is the lowest bit of all.
    const magnitude = (low >>> 1) + (high % 16) * 2 ** 27;
    const value = (low & 1) === 0 ? magnitude : -magnitude - 1;
    switch (this.#field) {
      case LENGTH:
        if (value < RECORD_BYTES_MIN - 1) throw corrupt(`a record has the length ${value}`);
        this.#bytesLeft = value;
        this.#recordsLeft--;
        this.#field = ATTRIBUTES;
        return;
      case OFFSET:
        this.#offsetDelta = value;
        this.#field = KEY;
        return;
      case KEY:
        this.#keyLength = value;
        this.#skipBytes(value, VALUE);
        return;
      case VALUE:
        this.#skipBytes(value, HEADERS);
        return;
      case HEADERS:
        if (value < 0) throw corrupt('a length in a record is negative');
        this.#headersLeft = value;
        this.#field = HEADER_KEY;
        this.#endIfLast();
        return;
      case HEADER_KEY:
        if (value < 0) throw corrupt('a header has no key');
        this.#skipBytes(value, HEADER_VALUE);
        return;
      default:
        this.#headersLeft--;
        this.#skipBytes(value, HEADER_KEY);
        this.#endIfLast();
    }
  }

  #skipBytes(length: number, next: number): void {
    if (length < -1) throw corrupt('a length in a record is negative');
    if (length > this.#bytesLeft) throw corrupt('a record does not have the length it says');
    this.#skip = Math.max(0, length);
    this.#field = next;
  }

  /** Ends the record once its last header is behind. */
  #endIfLast(): void {
    if (this.#field !== HEADER_KEY || this.#headersLeft > 0 || this.#skip > 0) return;
    if (this.#bytesLeft !== 0) throw corrupt('a record does not have the length it says');
    this.#field = LENGTH;
    this.#visitor.visit(this.#timestampDelta, this.#offsetDelta, this.#keyLength);
  }
}

function corrupt(message: string): ProtocolError {
  return new ProtocolError(ErrorCode.CORRUPT_MESSAGE, message);
}
