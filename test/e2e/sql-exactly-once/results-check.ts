import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Consumer, type TopicPartition } from '../../../src/client/index.ts';

/** What a topic of results has to hold of a key: numbers in steps, from the first one on. */
export interface ExpectedResults {
  readonly topic: string;
  readonly partitions: number;
  /** All that is to come, over all keys. */
  readonly total: number;
  readonly first: (key: number) => number;
  readonly step: number;
  /** The number of a result, or what is wrong with it. */
  readonly numberIn: (value: Record<string, unknown>, key: number) => number | string;
}

/** Faults are few where there are any: the first ones tell what is wrong. */
const FAULTS_MAX = 20;

/**
 * Reads topics of results as they come, read_committed, and compares each with what has to come next of its key: one that is lost, comes
 * twice, was taken back, or is of another order is seen at once.
 */
export class ResultsCheck {
  readonly faults: string[] = [];
  readonly #expected: ReadonlyMap<string, ExpectedResults>;
  readonly #consumer: Consumer;
  readonly #partitions: readonly TopicPartition[];
  readonly #last = new Map<string, number>();
  #count = 0;

  constructor(bootstrapServers: string, expected: readonly ExpectedResults[]) {
    this.#expected = new Map(expected.map((each) => [each.topic, each]));
    this.#partitions = expected.flatMap(({ topic, partitions }) =>
      Array.from({ length: partitions }, (_, partition) => ({ topic, partition })),
    );
    this.#consumer = new Consumer({
      ...{ environment, bootstrapServers },
      isolationLevel: 'read_committed',
      autoOffsetReset: 'earliest',
    });
    this.#consumer.assign(this.#partitions);
  }

  get count(): number {
    return this.#count;
  }

  get total(): number {
    return [...this.#expected.values()].reduce((sum, { total }) => sum + total, 0);
  }

  /** Reads until so many have come, something is wrong, or it is told that it is over. */
  async read(isOver: () => boolean = () => false): Promise<void> {
    while (this.#count < this.total && this.faults.length < FAULTS_MAX && !isOver()) await this.#poll();
  }

  /** Reads what is there now. */
  async readToEnd(): Promise<void> {
    const ends = await this.#consumer.endOffsets(this.#partitions);
    const isAtEnd = (): boolean => ends.every((end) => (this.#consumer.positionNow(end) ?? 0) >= end.offset);
    while (!isAtEnd() && this.faults.length < FAULTS_MAX) await this.#poll();
  }

  close(): Promise<void> {
    return this.#consumer.close();
  }

  async #poll(): Promise<void> {
    for (const { topic, partition, records } of await this.#consumer.poll(100))
      for (const { key, value, offset } of records)
        this.#take(topic, `${topic}-${partition}@${offset}`, String(key), String(value));
  }

  #take(topic: string, place: string, key: string, value: string): void {
    const expected = this.#expected.get(topic);
    if (expected === undefined) return;
    this.#count++;
    const number = Number(key.slice(1));
    const result = expected.numberIn(JSON.parse(value) as Record<string, unknown>, number);
    const of = `${topic} ${key}`;
    const before = this.#last.get(of);
    const next = before === undefined ? expected.first(number) : before + expected.step;
    if (result !== next) this.faults.push(`${place}: ${key} is ${result}, not ${next}`);
    if (typeof result === 'number') this.#last.set(of, result);
  }
}
