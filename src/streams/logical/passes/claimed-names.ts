import { DiagnosticError } from '../../../base/errors.ts';

interface SourceTopics {
  readonly name: string;
  readonly topics: readonly string[];
}

/** The names and topics that a topology uses, and the counter of generated names; what was refused is taken back. */
export class ClaimedNames {
  readonly #nodes = new Set<string>();
  readonly #stores = new Set<string>();
  readonly #sourceOfTopic = new Map<string, SourceTopics>();
  #undo: (() => void)[] = [];
  #index = 0;

  /** Runs `claim`. Where it throws, all that it has claimed is free again, and the counter is where it was. */
  allOrNothing<T>(claim: () => T): T {
    const index = this.#index;
    this.#undo = [];
    try {
      return claim();
    } catch (error) {
      this.#index = index;
      for (const undo of this.#undo) undo();
      throw error;
    }
  }

  /** Says what is to be taken back with the claims. */
  onRefusal(undo: () => void): void {
    this.#undo.push(undo);
  }

  generated(prefix: string): string {
    return `${prefix}${String(this.#index++).padStart(10, '0')}`;
  }

  claimNode(name: string): string {
    if (this.#nodes.has(name)) {
      throw new DiagnosticError({
        message: `a processor named ${name} has already been added`,
        hint: 'names given to operators must be unique within a topology',
      });
    }
    this.#nodes.add(name);
    this.onRefusal(() => this.#nodes.delete(name));
    return name;
  }

  claimStore(name: string): string {
    if (this.#stores.has(name)) {
      throw new DiagnosticError({ message: `a state store named ${name} has already been added` });
    }
    this.#stores.add(name);
    this.onRefusal(() => this.#stores.delete(name));
    return name;
  }

  claimTopics(source: SourceTopics): void {
    for (const topic of source.topics) {
      const other = this.#sourceOfTopic.get(topic);
      if (other) {
        throw new DiagnosticError({
          message: `topic ${topic} has already been registered by another source`,
          detail: `${other.name} reads ${other.topics.join(', ')}`,
          hint: 'read the topic once and use the stream or table twice',
        });
      }
      this.#sourceOfTopic.set(topic, source);
      this.onRefusal(() => this.#sourceOfTopic.delete(topic));
    }
  }

  /** The source that reads exactly these topics. */
  sourceOf(topics: readonly string[]): string | undefined {
    const source = this.#sourceOfTopic.get(topics[0] ?? '');
    const same = source?.topics.length === topics.length && source.topics.every((t) => topics.includes(t));
    return same ? source.name : undefined;
  }
}
