import { NO_HEADERS } from '../record.ts';
import type { WriteBatch } from './engine.ts';
import { readInt64, writeInt64 } from '../../base/int64.ts';
import { putLatin1 } from '../../base/short-text.ts';
import { KeyCodec } from './key-codec.ts';
import type {
  ChangeLog,
  ChangelogRecord,
  ManagedStore,
  PendingChanges,
  RecordOrigin,
  StoreEnvironment,
} from './managed-store.ts';
import { requireKeySuffix, requireVersion } from './state-format.ts';
import { QUERY_PAGE_BYTES, StateMap, type ValueCodec } from './state-map.ts';
import { eachOf, mapPages, type RowPages } from './pages.ts';
import { SessionEnds } from './session-ends.ts';
import type { FlushListener, Session, SessionRow, SessionState } from './states.ts';
import type { ReadOnlyWindowStore, WindowEntry, WindowRange, WindowScan } from './store.ts';
import type { SessionStoreDefinition } from './store-definition.ts';
import { ValueCopies } from './value-copies.ts';
import type { Serde } from '../serde.ts';

const SEGMENT_MIN_MS = 60_000;
const FORMAT_VERSION = 1;
const NO_BYTES = Buffer.alloc(0);

interface SessionKey<K> {
  readonly key: K;
  readonly startMs: number;
  readonly endMs: number;
}

/** What has become of one session since it was last logged and forwarded. */
interface SessionChange<V> {
  readonly keyText: string;
  readonly startMs: number;
  readonly endMs: number;
  before: V | null;
  now: V | null;
  timestamp: number;
  origin: RecordOrigin;
}

/**
 * A session-windowed table. All sessions of a key are one value, sorted by end and start, so that a record reads them
 * with one point read. In the changelog each session is a record of its own: key, end, start.
 */
export class ManagedSessionState<K, V> implements SessionState<K, V>, ManagedStore {
  readonly definition: SessionStoreDefinition<unknown, unknown>;
  readonly copies: ValueCopies<V>;
  readonly #environment: StoreEnvironment;
  readonly #keys: KeyCodec<K>;
  readonly #sessions: StateMap<readonly Session<V>[]>;
  readonly #valueSerde: Serde<V>;
  #listener: FlushListener<SessionKey<K>, V> | undefined;
  #unlogged = new Map<string, SessionChange<V>>();
  #pending = new Map<string, SessionChange<V>>();
  readonly #time: StoreEnvironment['storeTime'];
  /** What the time of the store was at the last commit, where it has gone on since. */
  #committedTime: number | undefined;
  #expiredUntil = 0;
  #keptFrom: () => number = () => Number.POSITIVE_INFINITY;

  constructor(definition: SessionStoreDefinition<K, V>, environment: StoreEnvironment) {
    this.definition = definition;
    this.#environment = environment;
    this.#time = environment.storeTime;
    this.#valueSerde = definition.valueSerde;
    this.copies = new ValueCopies(definition.valueSerde, environment.changelogTopic);
    this.#keys = new KeyCodec(definition.keySerde, environment.changelogTopic);
    const codec = sessionsCodec(definition.valueSerde, environment.changelogTopic);
    this.#sessions = new StateMap({ ...environment, codec });
  }

  get name(): string {
    return this.definition.name;
  }

  get cached(): boolean {
    return this.definition.cachingEnabled;
  }

  onFlush(listener: FlushListener<SessionKey<K>, V>): void {
    this.#listener = listener;
  }

  load(key: K): Promise<void> | undefined {
    return this.#sessions.load(this.#keys.text(key));
  }

  prefetch(keyText: string): void {
    this.#sessions.prefetch(keyText);
  }

  find(key: K, range: { readonly fromMs: number; readonly toMs: number }): readonly Session<V>[] {
    const sessions = this.#sessions.get(this.#keys.text(key)) ?? [];
    return sessionsWithin(sessions, { ...range, shownFromMs: this.#shownFromMs(this.#time.value) });
  }

  /** A segment is dropped some time after its sessions have expired; until then those that end before this are hidden. */
  #shownFromMs(time: number): number {
    return time - this.definition.retentionMs + 1;
  }

  put(key: K, session: Session<V | null>): void {
    this.#committedTime ??= this.#time.value;
    this.#time.value = Math.max(this.#time.value, session.endMs);
    this.#change(this.#keys.text(key), session);
  }

  remove(key: K, span: { readonly startMs: number; readonly endMs: number }): void {
    this.#change(this.#keys.text(key), { startMs: span.startMs, endMs: span.endMs, value: null });
  }

  keepFrom(endMs: () => number): void {
    this.#keptFrom = endMs;
  }

  readEnds(range: { readonly fromMs: number; readonly toMs: number }): RowPages<SessionRow<K, V>> {
    const ends = new SessionEnds(this.#sessions, range);
    return mapPages(ends, ({ keyText, startMs, endMs, value }) => {
      return { key: this.#keys.key(keyText), startMs, endMs, value };
    });
  }

  #change(keyText: string, session: Session<V | null>): void {
    const { startMs, endMs, value } = session;
    const sessions = this.#sessions.get(keyText) ?? [];
    const existing = sessions.find((each) => each.startMs === startMs && each.endMs === endMs);
    this.#store(keyText, sessions, session);
    const id = `${startMs} ${endMs} ${keyText}`;
    const before = existing?.value ?? null;
    const timestamp = this.#environment.timestamp();
    const origin = this.#environment.origin();
    const change = { keyText, startMs, endMs, before, now: value, timestamp, origin };
    if (this.definition.loggingEnabled) this.#unlogged.set(id, change);
    if (!this.definition.cachingEnabled) return;
    const waiting = this.#pending.get(id);
    this.#pending.delete(id);
    this.#pending.set(id, waiting ? { ...change, before: waiting.before } : change);
  }

  #store(keyText: string, sessions: readonly Session<V>[], session: Session<V | null>): void {
    const { startMs, endMs, value } = session;
    const kept = sessions.filter((each) => each.startMs !== startMs || each.endMs !== endMs);
    if (value != null) {
      kept.push({ startMs, endMs, value });
      kept.sort((a, b) => a.endMs - b.endMs || a.startMs - b.startMs);
    }
    const live = kept.length > 1 ? kept.filter((each) => !this.#isExpired(each.endMs)) : kept;
    this.#sessions.set(keyText, live.length === 0 ? undefined : live);
  }

  /** Expiry goes by whole segments of time, as in Kafka Streams. */
  #isExpired(endMs: number): boolean {
    const { retentionMs } = this.definition;
    const segmentMs = Math.max(Math.floor(retentionMs / 2), SEGMENT_MIN_MS);
    const oldest = Math.max(0, this.#time.value - retentionMs);
    return Math.floor(endMs / segmentMs) < Math.floor(oldest / segmentMs) && endMs < this.#keptFrom();
  }

  takePending(): PendingChanges {
    const changes = [...this.#pending.values()];
    this.#pending = new Map();
    return { count: changes.length, forward: (index) => this.#forward(changes[index]) };
  }

  #forward(change: SessionChange<V> | undefined): void {
    if (change === undefined) return;
    const key = { key: this.#keys.key(change.keyText), startMs: change.startMs, endMs: change.endMs };
    const { now: newValue, before: oldValue, endMs: timestamp, origin } = change;
    this.#environment.resume(origin);
    this.#listener?.({ key, newValue, oldValue, timestamp, headers: origin.headers });
  }

  open(): void {}

  loadPrefetched(): Promise<void> | undefined {
    return this.#sessions.loadPrefetched();
  }

  logChanges(log: ChangeLog): void {
    const { changelogTopic } = this.#environment;
    for (const change of this.#unlogged.values()) {
      const value = change.now === null ? null : this.#valueSerde.serialize(changelogTopic, change.now);
      log({ key: changelogKey(change), value, timestamp: change.timestamp, headers: NO_HEADERS });
    }
  }

  writeTo(batch: WriteBatch): void {
    this.#sessions.writeTo(batch);
  }

  committed(): void {
    this.#sessions.committed();
    this.#committedTime = undefined;
    this.#unlogged = new Map();
  }

  evict(): void {
    this.#sessions.evict();
  }

  /** Looks through all keys for those whose sessions are all older than the retention, now and then. */
  async expire(): Promise<void> {
    const { retentionMs } = this.definition;
    const until = Math.min(this.#time.value - retentionMs, this.#keptFrom());
    if (until - this.#expiredUntil < Math.max(retentionMs / 2, SEGMENT_MIN_MS)) return;
    this.#expiredUntil = until;
    const all = this.#sessions.read({ from: '', to: undefined }, QUERY_PAGE_BYTES);
    for (let page = await all.next(); page !== undefined; page = await all.next()) {
      for (const [text, sessions] of page) {
        if (!sessions.every((session) => this.#isExpired(session.endMs))) continue;
        await this.#sessions.load(text);
        this.#sessions.set(text, undefined);
      }
    }
  }

  prefetchForRestore(record: ChangelogRecord): void {
    requireKeySuffix(record.key.length, 16, this.#environment.changelogTopic);
    this.#sessions.prefetch(record.key.toString('latin1', 0, record.key.length - 16));
  }

  restore(record: ChangelogRecord): void {
    const end = record.key.length - 16;
    const keyText = record.key.toString('latin1', 0, end);
    const endMs = readInt64(record.key, end);
    const startMs = readInt64(record.key, end + 8);
    this.#time.value = Math.max(this.#time.value, endMs);
    const value =
      record.value && this.#valueSerde.deserialize(this.#environment.changelogTopic, record.value);
    void this.#sessions.load(keyText);
    this.#store(keyText, this.#sessions.get(keyText) ?? [], { startMs, endMs, value });
  }

  close(): void {
    this.#sessions.close();
  }

  /** The store as an interactive query sees it. */
  forQueries(): ReadOnlyWindowStore<K, V> {
    return {
      name: this.name,
      fetch: (key, range) => this.#fetch(key, range),
      backwardFetch: async (key, range) => (await this.#fetch(key, range)).toReversed(),
      entries: () => eachOf(this.#pages()),
      fetchAll: (range) => eachOf(this.#pages({ range })),
      backwardAll: () => eachOf(this.#pages({ descending: true })),
      backwardFetchAll: (range) => eachOf(this.#pages({ range, descending: true })),
      pages: (scan) => this.#pages(scan),
    };
  }

  async #fetch(key: K, range: WindowRange): Promise<readonly WindowEntry<K, V>[]> {
    const sessions = await this.#queried(key, { fromMs: 0, toMs: range.toMs });
    return sessions
      .filter(({ startMs }) => startMs >= range.fromMs)
      .map((session) => entryOf({ key, ...session }));
  }

  /** As {@link find}, of what interactive queries see. */
  async #queried(
    key: K,
    range: { readonly fromMs: number; readonly toMs: number },
  ): Promise<readonly Session<V>[]> {
    if (this.#environment.queryIsolation === 'read_committed') {
      const sessions = (await this.#sessions.getCommitted(this.#keys.text(key))) ?? [];
      return sessionsWithin(sessions, { ...range, shownFromMs: this.#shownFromMs(this.#queriedTime) });
    }
    await this.load(key);
    return this.find(key, range);
  }

  get #queriedTime(): number {
    const committed = this.#environment.queryIsolation === 'read_committed' ? this.#committedTime : undefined;
    return committed ?? this.#time.value;
  }

  /** The sessions of some keys at a time, by start. */
  async *#pages({ range, descending }: WindowScan = {}): AsyncGenerator<readonly WindowEntry<K, V>[], void> {
    const all = { from: '', to: undefined, descending };
    const { queryIsolation } = this.#environment;
    for await (const rows of this.#sessions.pages(all, QUERY_PAGE_BYTES, queryIsolation)) {
      const shownFromMs = this.#shownFromMs(this.#queriedTime);
      const sessions = rows.flatMap(([text, ofKey]) => {
        const key = this.#keys.key(text);
        const shown = ofKey.filter((session) => session.endMs >= shownFromMs && beginsWithin(session, range));
        return shown.map((session) => entryOf({ key, ...session }));
      });
      sessions.sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
      yield descending === true ? sessions.reverse() : sessions;
    }
  }
}

const entryOf = <K, V>(row: SessionRow<K, V>): WindowEntry<K, V> => ({ ...row, timestamp: row.endMs });

const beginsWithin = ({ startMs }: Session<unknown>, range: WindowRange | undefined): boolean =>
  range === undefined || (startMs >= range.fromMs && startMs <= range.toMs);

/** Sessions of a key that overlap a range of times, but for those that have expired. */
function sessionsWithin<V>(
  sessions: readonly Session<V>[],
  range: { readonly fromMs: number; readonly toMs: number; readonly shownFromMs: number },
): readonly Session<V>[] {
  const fromMs = Math.max(range.fromMs, range.shownFromMs);
  return sessions.filter((session) => session.endMs >= fromMs && session.startMs <= range.toMs);
}

function changelogKey(change: {
  readonly keyText: string;
  readonly startMs: number;
  readonly endMs: number;
}): Buffer {
  const { length } = change.keyText;
  const bytes = Buffer.allocUnsafe(length + 16);
  putLatin1(bytes, 0, change.keyText);
  writeInt64(bytes, length, change.endMs);
  writeInt64(bytes, length + 8, change.startMs);
  return bytes;
}

/** Sessions of one key: a version byte, then for each its start, end, the value's length and the value. */
function sessionsCodec<V>(serde: Serde<V>, topic: string): ValueCodec<readonly Session<V>[]> {
  return {
    write(rows, sessions) {
      rows.appendByte(FORMAT_VERSION);
      for (const session of sessions) {
        const value = serde.serialize(topic, session.value) ?? NO_BYTES;
        rows.appendInt64(session.startMs);
        rows.appendInt64(session.endMs);
        rows.appendInt32(value.length);
        rows.append(value, 0, value.length);
      }
    },
    decode(bytes) {
      requireVersion(bytes, FORMAT_VERSION, topic);
      const sessions: Session<V>[] = [];
      for (let at = 1; at < bytes.length; ) {
        const length = bytes.readUInt32BE(at + 16);
        const value = serde.deserialize(topic, bytes.subarray(at + 20, at + 20 + length));
        sessions.push({ startMs: readInt64(bytes, at), endMs: readInt64(bytes, at + 8), value });
        at += 20 + length;
      }
      return sessions;
    },
  };
}
