/** The transaction that a write is in, as its producer sees it. */
export interface WriteTransaction {
  isCommitAsked: boolean;
  /** What the producer was told; undefined until then, or for ever. */
  outcome?: 'committed' | 'aborted';
}

/** A value or a tombstone of a key, as it was handed to a producer. */
export interface KeyWrite {
  /** Goes with the record as a header: a tombstone has it, too. */
  readonly id: string;
  readonly partition: number;
  readonly key: string;
  readonly isTombstone: boolean;
  /** Virtual milliseconds. */
  readonly sentMs: number;
  readonly transaction: WriteTransaction | undefined;
  /** Where it was acknowledged; undefined when it was not, -1 where the broker knew no more where. */
  offset?: number;
}

/** All that was written to one topic. */
export class KeyHistory {
  readonly #writes = new Map<string, KeyWrite>();
  readonly #byKey = new Map<string, KeyWrite[]>();

  get size(): number {
    return this.#writes.size;
  }

  find(id: string): KeyWrite | undefined {
    return this.#writes.get(id);
  }

  /** Writes of a key, in the order in which they were handed to producers. */
  of(key: string): readonly KeyWrite[] {
    return this.#byKey.get(key) ?? [];
  }

  add(write: Omit<KeyWrite, 'id'>): KeyWrite {
    const added = { ...write, id: `${write.key}/${this.#writes.size}` };
    this.#writes.set(added.id, added);
    const ofKey = this.#byKey.get(write.key);
    if (ofKey === undefined) this.#byKey.set(write.key, [added]);
    else ofKey.push(added);
    return added;
  }

  /** Of each key the last write, by its place in the log, that is there for certain: acknowledged, and committed. */
  latest(): readonly KeyWrite[] {
    return [...this.#byKey.values()].flatMap((writes) => {
      const certain = writes.filter(isCertain);
      return certain.length === 0 ? [] : [certain.reduce((a, b) => (offsetOf(a) > offsetOf(b) ? a : b))];
    });
  }
}

/** Where a write is; -1 where nobody knows. */
export function offsetOf({ offset = -1 }: KeyWrite): number {
  return offset;
}

/** Nobody may ever be given it as committed. */
export function isAborted({ transaction }: KeyWrite): boolean {
  return transaction !== undefined && (transaction.outcome === 'aborted' || !transaction.isCommitAsked);
}

function isCertain(write: KeyWrite): boolean {
  return (
    offsetOf(write) >= 0 && (write.transaction === undefined || write.transaction.outcome === 'committed')
  );
}
