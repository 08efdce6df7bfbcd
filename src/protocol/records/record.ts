/** A record of a batch. Key, value and header values are views on the batch. */
export interface Record {
  readonly offset: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly Header[];
}

export interface Header {
  readonly key: string;
  readonly value: Buffer | null;
}

/** A header to write; its value may be any bytes. */
export interface HeaderInput {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** Shared by all records without headers. */
export const NO_HEADERS: readonly never[] = Object.freeze([]);
