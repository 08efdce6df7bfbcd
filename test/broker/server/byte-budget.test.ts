import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteBudget } from '../../../broker/server/byte-budget.ts';
import type { Timers } from '../../../src/base/environment.ts';

const BYTES_MAX = 100;
const STALL_MS_MAX = 80;

interface Client {
  readonly name: string;
  stalledSinceMs: number | undefined;
}

/** A budget whose time goes on by hand. */
function budgetByHand() {
  let nowMs = 0;
  let pending: { readonly atMs: number; readonly run: () => void }[] = [];
  const schedule = (delayMs: number, run: () => void) => {
    const entry = { atMs: nowMs + delayMs, run };
    pending.push(entry);
    return { cancel: () => (pending = pending.filter((each) => each !== entry)) };
  };
  const timers: Timers = {
    after: schedule,
    every: schedule,
    defer: (run) => void schedule(0, run),
    sleep: () => Promise.resolve(),
  };
  const reclaimed: string[] = [];
  const budget = new ByteBudget<Client>({
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    timers,
    bytesMax: BYTES_MAX,
    stallMsMax: STALL_MS_MAX,
    stalledSinceMs: ({ stalledSinceMs }) => stalledSinceMs,
    reclaim: ({ name }, { bytes, ms }) => reclaimed.push(`${name} ${bytes} ${ms}`),
  });
  const advance = (byMs: number): void => {
    const endMs = nowMs + byMs;
    for (;;) {
      const next = pending.toSorted((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined || next.atMs > endMs) break;
      nowMs = next.atMs;
      pending = pending.filter((each) => each !== next);
      next.run();
    }
    nowMs = endMs;
  };
  return { budget, advance, reclaimed, pendingCount: () => pending.length };
}

describe('ByteBudget', () => {
  it('lets those that wait go on in their order, while there is room', () => {
    const { budget, advance } = budgetByHand();
    const holder = { name: 'a', stalledSinceMs: undefined };
    const went: number[] = [];
    budget.set(holder, BYTES_MAX);
    for (const i of [1, 2, 3]) budget.wait(() => went.push(i));
    budget.wait(() => budget.set(holder, BYTES_MAX));
    budget.wait(() => went.push(4));
    advance(STALL_MS_MAX * 10);
    expect(went).toEqual([]);
    budget.set(holder, BYTES_MAX - 1);
    advance(0);
    // The fourth took the room again.
    expect(went).toEqual([1, 2, 3]);
    expect(budget.waitingCount).toBe(1);
  });

  it('calls none back that has given up', () => {
    const { budget, advance } = budgetByHand();
    const went = (): never => {
      throw new Error('called back');
    };
    budget.wait(went);
    budget.cancel(went);
    advance(1);
    expect(budget.waitingCount).toBe(0);
  });

  it('ends the one that stalls longest, as soon as others wait and it has had its time', () => {
    const { budget, advance, reclaimed } = budgetByHand();
    let went = false;
    budget.set({ name: 'works', stalledSinceMs: undefined }, 30);
    budget.set({ name: 'young', stalledSinceMs: STALL_MS_MAX }, 30);
    budget.set({ name: 'old', stalledSinceMs: 20 }, 30);
    budget.set({ name: 'oldest', stalledSinceMs: 10 }, 10);
    advance(STALL_MS_MAX * 2);
    expect(reclaimed).toEqual([]);
    budget.wait(() => (went = true));
    advance(STALL_MS_MAX / 8);
    expect(reclaimed).toEqual([`oldest 10 ${STALL_MS_MAX * 2 + STALL_MS_MAX / 8 - 10}`]);
    expect(went).toBe(true);
    expect(budget.usedBytes).toBe(90);
  });

  it('ends nobody who waits for us', () => {
    const { budget, advance, reclaimed } = budgetByHand();
    budget.set({ name: 'works', stalledSinceMs: undefined }, BYTES_MAX);
    budget.wait(() => {});
    advance(STALL_MS_MAX * 100);
    expect(reclaimed).toEqual([]);
  });

  it('counts what is held, whoever comes and goes, and rests when nobody waits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ who: fc.nat(5), bytes: fc.nat(60), waits: fc.boolean(), ms: fc.nat(30) })),
        (steps) => {
          const { budget, advance, reclaimed, pendingCount } = budgetByHand();
          const clients = Array.from(
            { length: 6 },
            (_, i): Client => ({
              name: String(i),
              stalledSinceMs: undefined,
            }),
          );
          const held = new Map<string, number>();
          let waited = 0;
          let woken = 0;
          let nowMs = 0;
          for (const { who, bytes, waits, ms } of steps) {
            const client = clients[who];
            if (client === undefined) return;
            budget.set(client, bytes);
            held.set(client.name, bytes);
            client.stalledSinceMs = bytes === 0 ? undefined : nowMs;
            if (waits) budget.wait(() => void woken++);
            if (waits) waited++;
            advance(ms);
            nowMs += ms;
            for (const line of reclaimed.splice(0)) held.set(line.split(' ')[0] ?? '', 0);
            expect(budget.usedBytes).toBe([...held.values()].reduce((sum, each) => sum + each, 0));
            expect(woken + budget.waitingCount).toBe(waited);
          }
          // Whatever is held is held by clients that stall: in the end everybody's turn comes.
          advance(STALL_MS_MAX * 10);
          expect(budget.waitingCount).toBe(0);
          expect(pendingCount()).toBe(0);
        },
      ),
    );
  });
});
