import { Change } from '../change.ts';
import { type Header, NO_HEADERS } from '../record.ts';
import type { Serde } from '../serde.ts';
import { decodeBuffered, encodeBuffered } from './buffer-format.ts';
import { endOfPrefix, type StoredEntries, type WriteBatch } from './engine.ts';
import { int64OfText, int64Text, KeyCodec } from './key-codec.ts';
import type { ChangeLog, ChangelogRecord, ManagedStore, StoreEnvironment } from './managed-store.ts';
import { requireKeySuffix, requireVersion, unknownFormat } from './state-format.ts';
import { SortedTexts } from './sorted-texts.ts';
import type { Buffered, BufferState } from './states.ts';
import type { BufferStoreDefinition } from './store-definition.ts';

const VERSION_HEADER_KEY = 'v';
const VERSION = 3;
const VERSION_HEADER: readonly Header[] = Object.freeze([
  { key: VERSION_HEADER_KEY, value: Buffer.of(VERSION) },
]);
/** What the keys of Kafka Streams' buffer of a join with grace begin with (its TimeFirstWindowKeySchema). */
const TIME_FIRST = '\u0000';
const TIME_FIRST_BYTES = 9;
const SEQUENCE_BYTES = 4;

/**
 * Records that wait, in memory, by time and then key bytes. Without `perKey` (the buffer of a join with grace) a key may
 * wait several times; then the changelog is that of Kafka Streams' RocksDBTimeOrderedKeyValueBuffer. What waits at a commit is kept
 * in the engine and in the changelog.
 */
export class ManagedBufferState<K, V> implements BufferState<K, V>, ManagedStore {
  readonly definition: BufferStoreDefinition<unknown, unknown>;
  readonly #environment: StoreEnvironment;
  readonly #keys: KeyCodec<K>;
  readonly #serde: Serde<unknown>;
  /** By key bytes, or, without `perKey`, by time, key bytes and order; earlier versions had key bytes and order. */
  readonly #entries = new Map<string, Buffered<K, V>>();
  readonly #order = new SortedTexts();
  /** With the times that deletions have in the changelog: those of what is deleted. */
  #changed = new Map<string, number>();
  #sizeBytes = 0;
  #sequence = 0;

  constructor(definition: BufferStoreDefinition<K, unknown>, environment: StoreEnvironment) {
    this.definition = definition;
    this.#environment = environment;
    this.#keys = new KeyCodec(definition.keySerde, environment.changelogTopic);
    this.#serde = definition.valueSerde;
  }

  get name(): string {
    return this.definition.name;
  }

  get recordCount(): number {
    return this.#entries.size;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get timeMin(): number {
    const first = this.#order.first;
    const entry = first === undefined ? undefined : this.#entries.get(first.slice(8));
    return entry?.time ?? Number.POSITIVE_INFINITY;
  }

  get(key: K): Buffered<K, V> | undefined {
    return this.#entries.get(this.#keys.text(key));
  }

  put(entry: Buffered<K, V>): void {
    const text = this.#textOf(entry);
    const before = this.#entries.get(text);
    if (before) this.#sizeBytes -= this.#sizeOf(text, before);
    else this.#order.add(int64Text(entry.time) + text);
    this.#entries.set(text, entry);
    this.#sizeBytes += this.#sizeOf(text, entry);
    this.#changed.set(text, entry.timestamp);
  }

  take(): Buffered<K, V> | undefined {
    const first = this.#order.takeFirst();
    if (first === undefined) return undefined;
    const text = first.slice(8);
    const entry = this.#entries.get(text);
    this.#entries.delete(text);
    if (entry === undefined) return undefined;
    this.#changed.set(text, entry.timestamp);
    this.#sizeBytes -= this.#sizeOf(text, entry);
    return entry;
  }

  #textOf({ key, time }: Buffered<K, V>): string {
    const text = this.#keys.text(key);
    if (this.definition.perKey) return text;
    // Kafka Streams' order has 31 bits, and begins anew.
    const order = int64Text(this.#sequence++ % 2 ** 31).slice(SEQUENCE_BYTES);
    return TIME_FIRST + int64Text(time) + text + order;
  }

  /** Kafka Streams counts key, time and the serialized entry. */
  #sizeOf(text: string, entry: Buffered<K, V>): number {
    return this.definition.bounded ? text.length + 8 + this.#encode(entry).length : 0;
  }

  open(): void | Promise<void> {
    const { engine, prefix } = this.#environment;
    const range = { from: prefix, to: endOfPrefix(prefix) };
    const fill = (stored: StoredEntries): void => {
      for (const [text, bytes] of stored) this.#admit(text.slice(prefix.length), bytes);
    };
    const stored = engine.scan(range);
    return stored instanceof Promise ? stored.then(fill) : fill(stored);
  }

  loadPrefetched(): undefined {
    return undefined;
  }

  logChanges(log: ChangeLog): void {
    for (const [text, changedAt] of this.#changed) {
      const entry = this.#entries.get(text);
      log({
        key: Buffer.from(text, 'latin1'),
        value: entry ? this.#encode(entry) : null,
        timestamp: entry?.timestamp ?? changedAt,
        headers: entry && this.definition.perKey ? VERSION_HEADER : NO_HEADERS,
      });
    }
  }

  writeTo(batch: WriteBatch): void {
    const { prefix } = this.#environment;
    for (const text of this.#changed.keys()) {
      const entry = this.#entries.get(text);
      if (entry) batch.put(prefix + text, this.#encode(entry));
      else batch.delete(prefix + text);
    }
  }

  committed(): void {
    this.#changed = new Map();
  }

  evict(): void {}

  expire(): void {}

  prefetchForRestore({ key, value, headers }: ChangelogRecord): void {
    if (value === null) return;
    const topic = this.#environment.changelogTopic;
    const header = headers.find((each) => each.key === VERSION_HEADER_KEY);
    // What Kafka Streams lets wait for a join has no version, but a key that nobody else writes.
    if (header === undefined && !this.definition.perKey) {
      requireKeySuffix(key.length, TIME_FIRST_BYTES + SEQUENCE_BYTES, topic);
      if (key[0] !== TIME_FIRST.charCodeAt(0)) throw unknownFormat(topic, 'a key does not begin with a time');
    } else requireVersion(header?.value ?? Buffer.alloc(0), VERSION, topic);
  }

  restore(record: ChangelogRecord): void {
    const text = record.key.toString('latin1');
    const before = this.#entries.get(text);
    if (before) {
      this.#order.delete(int64Text(before.time) + text);
      this.#entries.delete(text);
      this.#sizeBytes -= this.#sizeOf(text, before);
    }
    if (record.value) this.#admit(text, record.value);
    this.#changed.set(text, record.timestamp);
  }

  close(): void {
    this.#entries.clear();
    this.#order.clear();
  }

  #admit(text: string, bytes: Buffer): void {
    const topic = this.#environment.changelogTopic;
    const read = decodeBuffered(bytes);
    const isTimeFirst = !this.definition.perKey && text.startsWith(TIME_FIRST + int64Text(read.timestamp));
    // Kafka Streams leaves the last field, which has the time, empty there.
    const waiting = isTimeFirst ? { ...read, time: read.timestamp } : read;
    const [from, orderBytes] = isTimeFirst ? [TIME_FIRST_BYTES, SEQUENCE_BYTES] : [0, 8];
    const keyText = this.definition.perKey ? text : text.slice(from, -orderBytes);
    const of = (value: Buffer | null): unknown => value && this.#serde.deserialize(topic, value);
    const value = this.definition.perKey
      ? new Change(of(waiting.newValue), of(waiting.oldValue))
      : of(waiting.newValue);
    const entry = { ...waiting, key: this.#keys.key(keyText), value: value as V };
    this.#entries.set(text, entry);
    this.#order.add(int64Text(entry.time) + text);
    this.#sizeBytes += this.#sizeOf(text, entry);
    // No later record may have the number of one that waits already: it would take its place.
    if (this.definition.perKey) return;
    const order = int64OfText('\0\0\0\0'.slice(orderBytes - SEQUENCE_BYTES) + text.slice(-orderBytes), 0);
    this.#sequence = Math.max(this.#sequence, order + 1);
  }

  #encode(entry: Buffered<K, V>): Buffer {
    const topic = this.#environment.changelogTopic;
    const bytesOf = (value: unknown): Buffer | null =>
      value == null ? null : this.#serde.serialize(topic, value);
    const { value } = entry;
    const values =
      value instanceof Change
        ? { newValue: bytesOf(value.newValue), oldValue: bytesOf(value.oldValue) }
        : { newValue: bytesOf(value), oldValue: null };
    return encodeBuffered({ ...entry, ...values });
  }
}
