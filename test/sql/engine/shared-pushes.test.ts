import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { PushRecord, PushRun } from '../../../src/sql/host/host.ts';
import { SharedPushes } from '../../../src/sql/engine/shared-pushes.ts';

/** So many rows wait for one that has not begun to read. */
const UNREAD_ROWS_MAX = 10_000;

/** A run whose rows are those that are put into it. */
class Run implements PushRun {
  readonly records$ = new Subject<PushRecord>();
  readonly token: string | undefined;
  isPaused = false;
  closedCount = 0;

  constructor(token?: string) {
    this.token = token;
  }

  tell(value: number, token?: string): void {
    this.records$.next({ key: null, row: [value], ...(token === undefined ? {} : { token }) });
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  close(): Promise<void> {
    this.closedCount++;
    return Promise.resolve();
  }
}

interface Read {
  readonly rows: unknown[];
  readonly ends: unknown[];
}

function read(run: PushRun): Read {
  const rows: unknown[] = [];
  const ends: unknown[] = [];
  run.records$.subscribe({
    next: ({ row }) => rows.push(row?.[0]),
    error: (error: unknown) => ends.push(error),
    complete: () => ends.push('complete'),
  });
  return { rows, ends };
}

describe('push queries that show the same rows', () => {
  it('are one, which ends with the last of them, and is started anew for the next', async () => {
    const pushes = new SharedPushes();
    const runs: Run[] = [];
    const start = (): Promise<PushRun> => {
      const run = new Run();
      runs.push(run);
      return Promise.resolve(run);
    };
    const [one, two] = await Promise.all([pushes.join('k', start), pushes.join('k', start)]);
    await pushes.join('other', start);
    expect(runs).toHaveLength(2);
    const [first, second] = [read(one), read(two)];
    runs[0]?.tell(1);
    expect([first.rows, second.rows]).toEqual([[1], [1]]);
    await one.close();
    await one.close();
    expect(runs[0]?.closedCount).toBe(0);
    await two.close();
    expect(runs[0]?.closedCount).toBe(1);
    await pushes.join('k', start);
    expect(runs).toHaveLength(3);
  });

  it('have what came before they read, and begin behind the last token', async () => {
    const pushes = new SharedPushes();
    const run = new Run('begin');
    const one = await pushes.join('k', () => Promise.resolve(run));
    expect(one.token).toBe('begin');
    run.tell(1, 'behind 1');
    run.tell(2);
    const two = await pushes.join('k', () => Promise.resolve(run));
    expect(two.token).toBe('behind 1');
    run.tell(3);
    expect([read(one).rows, read(two).rows]).toEqual([[1, 2, 3], [3]]);
  });

  it('are held up where all of them are', async () => {
    const pushes = new SharedPushes();
    const run = new Run();
    const join = (): Promise<PushRun> => pushes.join('k', () => Promise.resolve(run));
    const [one, two] = await Promise.all([join(), join()]);
    one.pause();
    expect(run.isPaused).toBe(false);
    two.pause();
    expect(run.isPaused).toBe(true);
    await join();
    expect(run.isPaused).toBe(false);
  });

  it('go on where the only one that was not held up leaves, and the other does', async () => {
    const pushes = new SharedPushes();
    const run = new Run();
    const join = (): Promise<PushRun> => pushes.join('k', () => Promise.resolve(run));
    const [one, two] = await Promise.all([join(), join()]);
    one.pause();
    await two.close();
    expect(run.isPaused).toBe(true);
    one.resume();
    expect(run.isPaused).toBe(false);
  });

  it.each([
    ['fails', (run: Run) => run.records$.error('failed'), 'failed'],
    ['completes', (run: Run) => run.records$.complete(), 'complete'],
  ])('are told that it %s, also those that join behind it', async (_, end, told) => {
    const pushes = new SharedPushes();
    const run = new Run();
    let started: (run: PushRun) => void = () => undefined;
    const start = (): Promise<PushRun> => new Promise((resolve) => (started = resolve));
    const joins = [pushes.join('k', start), pushes.join('k', start)];
    // The first of them learns it as it is read, before the second has joined.
    end(run);
    started(run);
    const [first, second] = (await Promise.all(joins)).map(read);
    expect([first?.ends, second?.ends]).toEqual([[told], [told]]);
  });

  it('are told why it does not start, and are started anew then', async () => {
    const pushes = new SharedPushes();
    const fails = (): Promise<PushRun> => Promise.reject(new Error('no such topic'));
    const joined = await Promise.allSettled([pushes.join('k', fails), pushes.join('k', fails)]);
    expect(joined.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const run = new Run();
    const one = read(await pushes.join('k', () => Promise.resolve(run)));
    run.tell(1);
    expect(one.rows).toEqual([1]);
  });

  it('end where nobody reads them, and keep nothing of what comes then', async () => {
    const pushes = new SharedPushes();
    const run = new Run();
    const join = (): Promise<PushRun> => pushes.join('k', () => Promise.resolve(run));
    const [unread, quick] = await Promise.all([join(), join()]);
    const { rows } = read(quick);
    for (let i = 0; i < UNREAD_ROWS_MAX + 10; i++) run.tell(i);
    const slow = read(unread);
    expect(slow.ends).toEqual([expect.objectContaining({ code: 'PUSH_QUERY_TOO_SLOW' })]);
    expect(slow.rows).toEqual([]);
    expect(rows).toHaveLength(UNREAD_ROWS_MAX + 10);
  });
});
