/** What Millrace uses of the npm package `@nxtedition/rocksdb` 12.x, which ships no types. */
declare module 'rocksdb' {
  export interface Options {
    createIfMissing?: boolean;
    compression?: boolean;
    walCompression?: boolean;
    optimize?: 'point-lookup';
    cacheSize?: number;
    memtableMemoryBudget?: number;
    compaction?: 'level' | 'universal';
    blockSize?: number;
  }

  export interface Batch {
    _put(key: Buffer, value: Buffer, options: object): void;
    _del(key: Buffer, options: object): void;
    _writeSync(options: object): void;
    _closeSync(): void;
  }

  export interface Bounds {
    gte?: Buffer;
    lt?: Buffer;
  }

  export interface Encodings {
    keyEncoding: 'buffer';
    valueEncoding: 'buffer';
  }

  export interface Iterator {
    /** Keys and values in turn, of at most so many entries. */
    _nextvSync(
      entriesMax: number,
      options: object,
    ): { readonly rows: readonly Buffer[]; readonly finished: boolean };
    close(): Promise<void>;
  }

  export class RocksLevel {
    constructor(location: string, options: Encodings);
    open(options: Options): Promise<void>;
    close(): Promise<void>;
    batch(): Batch;
    getProperty(property: string): string;
    clear(bounds: Bounds): Promise<void>;
    /** Sees what there is now, whatever is written later. */
    iterator(options: Bounds & Encodings & { reverse?: boolean; highWaterMarkBytes?: number }): Iterator;
    _getManySync(keys: readonly Buffer[], options: object): (Buffer | undefined)[];
    /** Keys and values in turn. */
    querySync(
      options: Bounds & Encodings & { reverse?: boolean; limit?: number; highWaterMarkBytes?: number },
    ): {
      readonly rows: readonly Buffer[];
      readonly finished: boolean;
    };
  }
}
