import type { SharedRecords } from '../../client/consumer/shared-records.ts';
import { settled } from '../operators/user-answers.ts';
import type { Header } from '../record.ts';
import type { Serde } from '../serde.ts';
import type { SharedDecoder } from './shared-decoding.ts';

/** Reads the keys, or the values, of a partition; with the tasks of other applications where they read the same. */
export class FieldReader {
  readonly #topic: string;
  readonly #serde: Serde<unknown>;
  readonly #name: string;
  readonly #shared: SharedDecoder | undefined;
  /** What others have read of the records at hand, and the place of the first of them. */
  #column: unknown[] | undefined;
  #first = 0;

  /** @param name of the serde, for whoever wrote it. */
  constructor(
    topic: string,
    serde: Serde<unknown>,
    { name, shared }: { readonly name: string; readonly shared?: SharedDecoder | undefined },
  ) {
    this.#topic = topic;
    this.#serde = serde;
    this.#name = name;
    this.#shared = shared;
  }

  /** Records are read next that others may have read; undefined: only here. */
  begin(records: SharedRecords | undefined): void {
    this.#column = this.#shared && records?.column(this.#shared.current);
    this.#first = records?.first ?? 0;
  }

  /** Null stands for bytes that are not there. */
  read(bytes: Buffer | null, headers: readonly Header[], index: number): unknown {
    if (bytes === null) return null;
    const column = this.#column;
    if (column === undefined || this.#shared === undefined)
      return settled(this.#serde.deserialize(this.#topic, bytes, headers), this.#name, 'serde');
    const at = this.#first + index;
    // What cannot be read each task finds out by itself, when it comes to it.
    return (column[at] ??= this.#shared.current.serde.deserialize(this.#topic, bytes, headers));
  }

  /** What reads for all; undefined where each task reads for itself. */
  get decoder(): object | undefined {
    return this.#shared?.current;
  }

  close(): void {
    this.#column = undefined;
    this.#shared?.leave();
  }
}
