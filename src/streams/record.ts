/** A record header, as on the wire. */
export interface Header {
  readonly key: string;
  readonly value: Buffer | null;
}

export const NO_HEADERS: readonly Header[] = Object.freeze([]);

/**
 * A record on its way through a topology: key, value, event time and headers. It is never changed in place; the
 * `with` methods answer a copy.
 */
export class StreamRecord<K, V> {
  readonly key: K;
  readonly value: V;
  /** Event time, in milliseconds since the epoch. */
  readonly timestamp: number;
  readonly headers: readonly Header[];

  constructor(key: K, value: V, timestamp: number, headers: readonly Header[] = NO_HEADERS) {
    this.key = key;
    this.value = value;
    this.timestamp = timestamp;
    this.headers = headers;
  }

  withKey<K2>(key: K2): StreamRecord<K2, V> {
    return new StreamRecord(key, this.value, this.timestamp, this.headers);
  }

  withValue<V2>(value: V2): StreamRecord<K, V2> {
    return new StreamRecord(this.key, value, this.timestamp, this.headers);
  }

  withTimestamp(timestamp: number): StreamRecord<K, V> {
    return new StreamRecord(this.key, this.value, timestamp, this.headers);
  }

  withHeaders(headers: readonly Header[]): StreamRecord<K, V> {
    return new StreamRecord(this.key, this.value, this.timestamp, headers);
  }
}

/** Any record; the signatures of the DSL have made sure that it is the right one. */
export type AnyRecord = StreamRecord<unknown, unknown>;

/** A key and its value. */
export type KeyValue<K, V> = readonly [key: K, value: V];

/**
 * Where the record in flight came from. One object per task, valid only during the call that it is handed to.
 * `topic` is empty, and `partition` and `offset` are -1, in punctuators and where a result has no single origin.
 */
export interface RecordContext {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** The timestamp of the record in flight, which an operator may have set anew. */
  readonly timestamp: number;
  readonly headers: readonly Header[];
}
