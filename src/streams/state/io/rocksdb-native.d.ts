/** What Millrace uses of the npm package `rocksdb-native` 3.x, which ships no types. */
declare module 'rocksdb-native' {
  export interface Options {
    tableBlockSize?: number;
    writeBufferSize?: number;
  }

  export interface ReadBatch {
    get(key: Buffer): Promise<Buffer | null>;
    flush(): Promise<void>;
    destroy(): void;
  }

  export interface WriteBatch {
    tryPut(key: Buffer, value: Buffer): void;
    tryDelete(key: Buffer): void;
    tryDeleteRange(start: Buffer, end: Buffer): void;
    flush(): Promise<void>;
    destroy(): void;
  }

  export interface Range {
    gte?: Buffer;
    lt?: Buffer;
  }

  export default class RocksDB {
    constructor(path: string, options: Options);
    ready(): Promise<void>;
    close(): Promise<void>;
    /** A session that sees what there is now; it is closed by itself. */
    snapshot(): RocksDB;
    read(options: { capacity: number }): ReadBatch;
    write(): WriteBatch;
    iterator(
      range: Range,
      options: { reverse?: boolean; limit?: number; capacity: number },
    ): AsyncIterable<{ readonly key: Buffer; readonly value: Buffer }>;
  }
}
