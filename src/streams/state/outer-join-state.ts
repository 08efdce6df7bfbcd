import { NO_HEADERS } from '../record.ts';
import type { Serde } from '../serde.ts';
import { endOfPrefix, type StoredEntries, type WriteBatch } from './engine.ts';
import { int64OfText, int64Text, KeyCodec } from './key-codec.ts';
import type { ChangeLog, ChangelogRecord, ManagedStore, StoreEnvironment } from './managed-store.ts';
import { requireKeySuffix, requireVersion } from './state-format.ts';
import type { JoinSide, OuterJoinState, Unmatched } from './states.ts';
import type { OuterJoinStoreDefinition } from './store-definition.ts';

const LEFT = '\u0001';
const RIGHT = '\u0000';
/** The flag that Kafka's list serializer writes for elements of varying size. */
const VARIABLE_SIZE = 1;

/**
 * The unmatched records of a left or outer join: time, side and key to a list of values. They are all in memory, those that
 * are new sorted when they are looked through (at most once a second), and kept in the engine for a restart. The changelog
 * has Kafka Streams' format.
 */
export class ManagedOuterJoinState<K, V1, V2> implements OuterJoinState<K>, ManagedStore {
  readonly definition: OuterJoinStoreDefinition<unknown, unknown, unknown>;
  readonly #environment: StoreEnvironment;
  readonly #keys: KeyCodec<K>;
  readonly #serdes: { readonly left: Serde<V1>; readonly right: Serde<V2> };
  readonly #entries = new Map<string, unknown[]>();
  /** What was there when they were last looked through, in order; some of it may be gone, and have come again since. */
  #sorted: string[] = [];
  /** What has come since. */
  #added: string[] = [];
  #changed = new Set<string>();

  constructor(definition: OuterJoinStoreDefinition<K, V1, V2>, environment: StoreEnvironment) {
    this.definition = definition;
    this.#environment = environment;
    this.#keys = new KeyCodec(definition.keySerde, environment.changelogTopic);
    this.#serdes = { left: definition.valueSerde, right: definition.otherValueSerde };
  }

  get name(): string {
    return this.definition.name;
  }

  add(entry: { readonly key: K; readonly timestamp: number; readonly side: JoinSide }, value: unknown): void {
    const text = this.#textOf(entry);
    const values = this.#entries.get(text);
    if (values) values.push(value);
    else this.#set(text, [value]);
    this.#changed.add(text);
  }

  remove(entry: { readonly key: K; readonly timestamp: number; readonly side: JoinSide }): void {
    const text = this.#textOf(entry);
    if (this.#entries.delete(text)) this.#changed.add(text);
  }

  *inOrder(): Iterable<Unmatched<K>> {
    this.#sort();
    for (const text of this.#sorted) {
      const values = this.#entries.get(text);
      if (values === undefined) continue;
      const [timestamp, side] = [int64OfText(text, 0), sideOf(text)];
      yield { timestamp, side, key: this.#keys.key(text.slice(9)), values };
    }
  }

  /** Leaves out what is gone. What is new comes behind the rest as a rule; else a sort has two runs to merge. */
  #sort(): void {
    const isHere = (text: string): boolean => this.#entries.has(text);
    const before = this.#sorted.filter(isHere);
    const added = [...new Set(this.#added.sort())].filter(isHere);
    this.#added = [];
    const all = before.concat(added);
    const last = before.at(-1);
    const isBehind = last === undefined || added[0] === undefined || last < added[0];
    this.#sorted = isBehind ? all : [...new Set(all.sort())];
  }

  #set(text: string, values: unknown[]): void {
    if (!this.#entries.has(text)) this.#added.push(text);
    this.#entries.set(text, values);
  }

  open(): void | Promise<void> {
    const { engine, prefix } = this.#environment;
    const range = { from: prefix, to: endOfPrefix(prefix) };
    const fill = (stored: StoredEntries): void => {
      for (const [text, bytes] of stored) {
        const key = text.slice(prefix.length);
        this.#set(key, this.#decode(key, bytes));
      }
    };
    const stored = engine.scan(range);
    return stored instanceof Promise ? stored.then(fill) : fill(stored);
  }

  loadPrefetched(): undefined {
    return undefined;
  }

  logChanges(log: ChangeLog): void {
    for (const text of this.#changed) {
      const values = this.#entries.get(text);
      log({
        key: Buffer.from(text, 'latin1'),
        value: values ? this.#encode(text, values) : null,
        timestamp: int64OfText(text, 0),
        headers: NO_HEADERS,
      });
    }
  }

  writeTo(batch: WriteBatch): void {
    const { prefix } = this.#environment;
    for (const text of this.#changed) {
      const values = this.#entries.get(text);
      if (values) batch.put(prefix + text, this.#encode(text, values));
      else batch.delete(prefix + text);
    }
  }

  committed(): void {
    this.#changed = new Set();
  }

  evict(): void {}

  expire(): void {}

  prefetchForRestore({ key, value }: ChangelogRecord): void {
    const where = this.#environment.changelogTopic;
    requireKeySuffix(key.length, 9, where);
    if (value !== null) requireVersion(value, VARIABLE_SIZE, where);
  }

  restore(record: ChangelogRecord): void {
    const text = record.key.toString('latin1');
    if (record.value) this.#set(text, this.#decode(text, record.value));
    else this.#entries.delete(text);
    this.#changed.add(text);
  }

  close(): void {
    this.#entries.clear();
    this.#sorted = [];
    this.#added = [];
  }

  #textOf(entry: { readonly key: K; readonly timestamp: number; readonly side: JoinSide }): string {
    return int64Text(entry.timestamp) + (entry.side === 'left' ? LEFT : RIGHT) + this.#keys.text(entry.key);
  }

  /** Kafka's serialized list: a flag, the count, and for each element its length and bytes. */
  #encode(text: string, values: readonly unknown[]): Buffer {
    const parts: Buffer[] = [];
    const head = Buffer.allocUnsafe(5);
    head[0] = VARIABLE_SIZE;
    head.writeInt32BE(values.length, 1);
    parts.push(head);
    const side = sideOf(text);
    const topic = this.#environment.changelogTopic;
    for (const value of values) {
      const bytes =
        side === 'left'
          ? this.#serdes.left.serialize(topic, value as V1)
          : this.#serdes.right.serialize(topic, value as V2);
      const { length } = bytes ?? Buffer.alloc(0);
      const prefix = Buffer.allocUnsafe(5);
      prefix.writeInt32BE(length + 1, 0);
      prefix[4] = side === 'left' ? 1 : 0;
      parts.push(prefix);
      if (bytes) parts.push(bytes);
    }
    return Buffer.concat(parts);
  }

  #decode(text: string, bytes: Buffer): unknown[] {
    const serde = this.#serdes[sideOf(text)];
    const values: unknown[] = [];
    for (let at = 5; at < bytes.length; ) {
      const length = bytes.readInt32BE(at);
      values.push(
        serde.deserialize(this.#environment.changelogTopic, bytes.subarray(at + 5, at + 4 + length)),
      );
      at += 4 + length;
    }
    return values;
  }
}

function sideOf(text: string): JoinSide {
  return text[8] === LEFT ? 'left' : 'right';
}
