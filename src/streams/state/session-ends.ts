import type { RowPages } from './pages.ts';
import { QUERY_PAGE_BYTES, type StateMap } from './state-map.ts';
import type { Session } from './states.ts';

/** So many sessions that have ended are kept with their values; of more, the values are read again when it is their turn. */
const VALUES_MAX = 1_024;
const PAGE_SESSIONS = 256;

interface SessionEnd<V> {
  readonly keyText: string;
  readonly startMs: number;
  readonly endMs: number;
  value: V | undefined;
}

/**
 * Sessions of all keys that end within a time, by end, start and key bytes, some at a time. They lie by key: which of them have
 * ended is found by one pass over all, page by page, and only where those lie, and when they end, is in memory together.
 */
export class SessionEnds<V> implements RowPages<SessionEnd<V> & { readonly value: V }> {
  readonly #sessions: StateMap<readonly Session<V>[]>;
  readonly #fromMs: number;
  readonly #toMs: number;
  readonly #all: RowPages<readonly [string, readonly Session<V>[]]>;
  readonly #found: SessionEnd<V>[] = [];
  #isFound = false;
  #at = 0;

  constructor(
    sessions: StateMap<readonly Session<V>[]>,
    range: { readonly fromMs: number; readonly toMs: number },
  ) {
    this.#sessions = sessions;
    this.#fromMs = range.fromMs;
    this.#toMs = range.toMs;
    this.#all = sessions.read({ from: '', to: undefined }, QUERY_PAGE_BYTES);
  }

  next(): ReturnType<RowPages<SessionEnd<V> & { readonly value: V }>['next']> {
    const finding = this.#isFound ? undefined : this.#find();
    return finding ? finding.then(() => this.#nextPage()) : this.#nextPage();
  }

  #find(): Promise<void> | undefined {
    for (let page = this.#all.next(); page !== undefined; page = this.#all.next()) {
      if (page instanceof Promise) {
        return page.then((rows) => {
          this.#note(rows ?? []);
          return this.#find();
        });
      }
      this.#note(page);
    }
    this.#isFound = true;
    // They were found by key, and sorting is stable.
    this.#found.sort((a, b) => a.endMs - b.endMs || a.startMs - b.startMs);
    return undefined;
  }

  #note(rows: readonly (readonly [string, readonly Session<V>[]])[]): void {
    const before = this.#found.length;
    for (const [keyText, sessions] of rows) {
      for (const { startMs, endMs, value } of sessions) {
        if (endMs < this.#fromMs || endMs > this.#toMs) continue;
        this.#found.push({ keyText, startMs, endMs, value: before > VALUES_MAX ? undefined : value });
      }
    }
    if (before > VALUES_MAX || this.#found.length <= VALUES_MAX) return;
    for (const end of this.#found) end.value = undefined;
  }

  #nextPage(): ReturnType<RowPages<SessionEnd<V> & { readonly value: V }>['next']> {
    const ends = this.#found.slice(this.#at, this.#at + PAGE_SESSIONS);
    if (ends.length === 0) return undefined;
    this.#at += ends.length;
    if (this.#found.length <= VALUES_MAX) return ends.filter(hasValue);
    const admit = (values: readonly (readonly Session<V>[] | undefined)[]) =>
      ends
        .map((end, i) => ({ ...end, value: values[i]?.find((each) => isSame(each, end))?.value }))
        .filter(hasValue);
    const stored = this.#sessions.peekMany(ends.map(({ keyText }) => keyText));
    return stored instanceof Promise ? stored.then(admit) : admit(stored);
  }
}

function isSame(session: Session<unknown>, { startMs, endMs }: SessionEnd<unknown>): boolean {
  return session.startMs === startMs && session.endMs === endMs;
}

function hasValue<V>(end: SessionEnd<V>): end is SessionEnd<V> & { readonly value: V } {
  return end.value !== undefined;
}
