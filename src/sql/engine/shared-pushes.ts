import { Observable, type Subscriber } from 'rxjs';
import { OperationalError } from '../../base/errors.ts';
import type { PushRecord, PushRun } from '../host/host.ts';

/** Rows that may wait for one that has not begun to read: whoever opens a query reads it at once. */
const UNREAD_ROWS_MAX = 10_000;

/** Push queries that show the same rows from now on: they are computed once, and passed on to all of them. */
export class SharedPushes {
  readonly #pushes = new Map<string, SharedPush>();

  /**
   * @param key what the rows depend on.
   * @param start starts the query that all of this key are told the rows of; called for the first of them.
   */
  async join(key: string, start: () => Promise<PushRun>): Promise<PushRun> {
    const push = this.#pushes.get(key) ?? this.#begin(key, start);
    return push.join();
  }

  #begin(key: string, start: () => Promise<PushRun>): SharedPush {
    const push: SharedPush = new SharedPush(start, () => {
      if (this.#pushes.get(key) === push) this.#pushes.delete(key);
    });
    this.#pushes.set(key, push);
    return push;
  }
}

/** One query, and those who are told its rows. It ends with the last of them. */
class SharedPush {
  readonly #members = new Set<Member>();
  readonly #started: Promise<PushRun>;
  readonly #onEnd: () => void;
  /** Those that wait for it to start count, too. */
  #count = 0;
  #isRead = false;
  #isPaused = false;
  /** Of those, too, that join behind it: they may have waited for it to start while it ended. */
  #outcome: Outcome | undefined;
  /** By which a query is continued that begins now. */
  #token: string | undefined;

  /** @param onEnd called when it takes no more members. */
  constructor(start: () => Promise<PushRun>, onEnd: () => void) {
    this.#onEnd = onEnd;
    this.#started = start();
    // It is told to whoever joins.
    this.#started.catch(onEnd);
  }

  async join(): Promise<PushRun> {
    this.#count++;
    const run = await this.#started;
    this.#token ??= run.token;
    const member = new Member(this.#token, {
      onPace: () => this.#pace(run),
      onLeave: (left) => this.#leave(left, run),
    });
    this.#members.add(member);
    // Nothing is told before there is somebody who hears it.
    if (!this.#isRead) this.#read(run);
    if (this.#outcome !== undefined) member.end(this.#outcome);
    else this.#pace(run);
    return member;
  }

  /** It waits where all of them do. */
  #pace(run: PushRun): void {
    const isPaused = this.#members.size > 0 && [...this.#members].every((member) => member.isPaused);
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    if (isPaused) run.pause();
    else run.resume();
  }

  #read(run: PushRun): void {
    this.#isRead = true;
    run.records$.subscribe({
      next: (record) => {
        this.#token = record.token ?? this.#token;
        for (const member of this.#members) member.tell(record);
      },
      error: (error: unknown) => this.#end({ error }),
      complete: () => this.#end({}),
    });
  }

  #end(outcome: Outcome): void {
    this.#outcome = outcome;
    this.#onEnd();
    for (const member of [...this.#members]) member.end(outcome);
  }

  #leave(member: Member, run: PushRun): Promise<void> {
    if (!this.#members.delete(member)) return Promise.resolve();
    this.#count--;
    if (this.#count > 0) {
      this.#pace(run);
      return Promise.resolve();
    }
    this.#onEnd();
    return run.close();
  }
}

/** How a query has ended: with an error, or well. */
interface Outcome {
  readonly error?: unknown;
}

interface MemberOptions {
  /** Called when it is held up, or goes on. */
  readonly onPace: () => void;
  readonly onLeave: (member: Member) => Promise<void>;
}

/** A query among others. One that is too slow holds up no other: what waits for it is with whoever reads it, who ends it. */
class Member implements PushRun {
  readonly records$: Observable<PushRecord>;
  readonly token: string | undefined;
  readonly #options: MemberOptions;
  /** Until somebody reads it. */
  #unread: PushRecord[] = [];
  #outcome: Outcome | undefined;
  #subscriber: Subscriber<PushRecord> | undefined;
  #closed: Promise<void> | undefined;

  isPaused = false;

  constructor(token: string | undefined, options: MemberOptions) {
    this.token = token;
    this.#options = options;
    this.records$ = new Observable((subscriber) => {
      if (this.#closed !== undefined) return subscriber.complete();
      const unread = this.#unread;
      this.#unread = [];
      for (const record of unread) subscriber.next(record);
      this.#subscriber = subscriber;
      if (this.#outcome !== undefined) this.#tellEnd(this.#outcome);
      return () => {
        // Why it cannot be closed is logged where it runs.
        this.close().catch(() => undefined);
      };
    });
  }

  tell(record: PushRecord): void {
    if (this.#outcome !== undefined) return;
    if (this.#subscriber !== undefined) {
      this.#subscriber.next(record);
      return;
    }
    if (this.#unread.push(record) <= UNREAD_ROWS_MAX) return;
    this.#unread = [];
    this.end({ error: unread() });
  }

  end(outcome: Outcome): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    this.#tellEnd(outcome);
  }

  #tellEnd(outcome: Outcome): void {
    if ('error' in outcome) this.#subscriber?.error(outcome.error);
    else this.#subscriber?.complete();
  }

  pause(): void {
    this.isPaused = true;
    this.#options.onPace();
  }

  resume(): void {
    this.isPaused = false;
    this.#options.onPace();
  }

  close(): Promise<void> {
    this.#closed ??= this.#options.onLeave(this);
    return this.#closed;
  }
}

const unread = (): OperationalError =>
  new OperationalError('PUSH_QUERY_TOO_SLOW', `more than ${UNREAD_ROWS_MAX} rows wait to be read`, {
    retriable: true,
  });
