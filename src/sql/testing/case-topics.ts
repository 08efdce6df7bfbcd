import type { Header } from '../../streams/record.ts';
import type { TopicFacts } from '../analysis/session.ts';
import type { TopicRequest } from '../physical/topic-request.ts';

/** A record of a topic of a test. */
export interface StubRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: number;
  readonly headers: readonly Header[];
}

/** A topic has so many partitions where nothing says how many. */
const DEFAULT: TopicFacts = { partitions: 4, replicas: 1 };

/** The topics of a test: their facts, and their records in the order in which they were written. */
export class CaseTopics {
  readonly facts = new Map<string, TopicFacts>();
  readonly #records = new Map<string, StubRecord[]>();
  /** Every record, in its order across topics. */
  #log: { readonly topic: string; readonly record: StubRecord }[] = [];

  /** Facts about topics: every one that a statement names is there, as in ksqlDB's test runner. */
  describe(names: readonly string[]): ReadonlyMap<string, TopicFacts> {
    return new Map(names.map((name) => [name, this.facts.get(name) ?? DEFAULT]));
  }

  /** @returns whether it was made now. */
  create({ name, partitions = DEFAULT.partitions, replicas = DEFAULT.replicas }: TopicRequest): boolean {
    if (!this.#records.has(name)) this.#records.set(name, []);
    if (this.facts.has(name)) return false;
    this.facts.set(name, { partitions, replicas });
    return true;
  }

  delete(name: string): boolean {
    this.#records.delete(name);
    this.#log = this.#log.filter(({ topic }) => topic !== name);
    return this.facts.delete(name);
  }

  /** Names of the topics that were made or written to. */
  names(): readonly string[] {
    return [...this.#records.keys()];
  }

  records(topic: string): readonly StubRecord[] {
    return this.#records.get(topic) ?? [];
  }

  /** All records of some topics, in their order across them. */
  *recordsOf(
    topics: readonly string[],
  ): Generator<{ readonly topic: string; readonly record: StubRecord }, void> {
    for (const each of this.#log) if (topics.includes(each.topic)) yield each;
  }

  append(topic: string, record: StubRecord): void {
    const records = this.#records.get(topic);
    if (records === undefined) this.#records.set(topic, [record]);
    else records.push(record);
    this.#log.push({ topic, record });
  }
}
