import type { BrokerEndpoint, FetchAnswer, FetchReader } from './fetch-source.ts';
import type { FetchWant } from './fetch-want.ts';

/** One fetch of one place for all readers who have come to it. */
export class SharedFetch {
  readonly key: string;
  /** The place, as the reader who came first wants it. */
  readonly want: FetchWant;
  readonly #readers: { readonly want: FetchWant; readonly reader: FetchReader }[] = [];

  constructor(key: string, want: FetchWant) {
    this.key = key;
    this.want = want;
  }

  join(want: FetchWant, reader: FetchReader): void {
    this.#readers.push({ want, reader });
  }

  /** Gives each reader the answer. What one of them fails with concerns no other. */
  answer(nodeId: number, answer: FetchAnswer, endpoints: readonly BrokerEndpoint[]): void {
    for (const { want, reader } of this.#readers) {
      try {
        reader.onEndpoints(endpoints);
        reader.onAnswer(want, answer);
      } catch (error) {
        reader.onFailure(nodeId, [want], error);
      }
    }
  }

  /**
   * Whether all readers would fetch the place again that they have been answered about: then they need not be told. A hundred
   * readers at the end of a quiet log would be woken twice a second to do the same as before.
   */
  isWaitedFor(nodeId: number): boolean {
    return this.#readers.every(({ want, reader }) => reader.waitsAt(nodeId, want));
  }

  fail(nodeId: number, error: unknown): void {
    for (const { want, reader } of this.#readers) reader.onFailure(nodeId, [want], error);
  }

  /** Tells each reader of all its fetches at once that they have ended. What one of them fails with concerns no other. */
  static end(nodeId: number, fetches: readonly SharedFetch[]): void {
    const ended = new Map<FetchReader, FetchWant[]>();
    for (const shared of fetches) {
      for (const { want, reader } of shared.#readers) {
        const wants = ended.get(reader);
        if (wants === undefined) ended.set(reader, [want]);
        else wants.push(want);
      }
    }
    for (const [reader, wants] of ended) {
      try {
        reader.onEnd(wants);
      } catch (error) {
        reader.onFailure(nodeId, wants, error);
      }
    }
  }
}
