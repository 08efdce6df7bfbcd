/** What Millrace uses of the npm package `rocksdb` 5.x, which ships no types. */
declare module 'rocksdb' {
  export type Failure = Error | null | undefined;

  export interface Options {
    createIfMissing?: boolean;
    compression?: boolean;
    cacheSize?: number;
    writeBufferSize?: number;
    blockSize?: number;
    maxOpenFiles?: number;
  }

  export interface Batch {
    put(key: Buffer, value: Buffer): Batch;
    del(key: Buffer): Batch;
    write(callback: (error: Failure) => void): void;
  }

  export interface Iterator {
    next(callback: (error: Failure, key?: Buffer, value?: Buffer) => void): void;
    end(callback: (error: Failure) => void): void;
  }

  export interface Bounds {
    gte?: Buffer;
    lt?: Buffer;
  }

  export interface Database {
    open(options: Options, callback: (error: Failure) => void): void;
    close(callback: (error: Failure) => void): void;
    getMany(
      keys: readonly Buffer[],
      callback: (error: Failure, values: (Buffer | undefined)[]) => void,
    ): void;
    batch(): Batch;
    clear(bounds: Bounds, callback: (error: Failure) => void): void;
    iterator(options: Bounds & { highWaterMark?: number; reverse?: boolean; limit?: number }): Iterator;
  }

  export default function rocksdb(location: string): Database;
}
