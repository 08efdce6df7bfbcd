import type { Timer } from '../../src/base/environment.ts';
import type { Trace } from './trace.ts';

interface Event {
  readonly timeMs: number;
  /** Breaks ties: first scheduled, first run. */
  readonly order: number;
  readonly who: string;
  readonly what: string;
  readonly callback: () => void;
  cancelled: boolean;
}

/**
 * Empties Node's queue of microtasks, and of ticks, within one turn of its event loop. It is what Node itself calls between two
 * callbacks; `node:domain` and others have used it by this name for so long that it has stayed.
 */
const runMicrotasks = (process as unknown as { readonly _tickCallback: () => void })._tickCallback;

/** After so many events Node may have a turn: for signals, and for what the test's process hears from others. */
const EVENTS_PER_TURN = 1_000;

/**
 * Virtual time: a queue of events, run one by one. Between two events every promise that can go on does: code under
 * simulation has no other source of events than this queue, so when Node's microtask queue is empty all of it waits.
 */
export class Scheduler {
  readonly trace: Trace;
  #heap: Event[] = [];
  #nowMs = 0;
  #order = 0;

  constructor(trace: Trace) {
    this.trace = trace;
  }

  /** Virtual milliseconds since the start, fractional. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Runs `callback` at exactly `delayMs` from now. `what` goes into the trace; an empty one leaves no line. */
  schedule(delayMs: number, who: string, what: string, callback: () => void): Timer {
    const event: Event = {
      timeMs: this.#nowMs + Math.max(0, delayMs),
      order: this.#order++,
      who,
      what,
      callback,
      cancelled: false,
    };
    this.#push(event);
    return {
      cancel: () => {
        event.cancelled = true;
      },
    };
  }

  note(who: string, what: string): void {
    this.trace.add(this.#nowMs, who, what);
  }

  /**
   * Calls `step` again and again, and lets every promise go on as far as it can before each call, until it answers something;
   * that is what is answered.
   */
  async repeat<T>(step: () => T | undefined): Promise<T> {
    for (;;) {
      // Microtasks are run from a callback of the event loop only: not from where a promise goes on.
      const result = await new Promise<T | undefined>((resolve, reject) => {
        setImmediate(() => {
          try {
            resolve(this.#turn(step));
          } catch (error) {
            reject(error as Error);
          }
        });
      });
      if (result !== undefined) return result;
    }
  }

  #turn<T>(step: () => T | undefined): T | undefined {
    for (let events = 0; events < EVENTS_PER_TURN; events++) {
      runMicrotasks();
      const result = step();
      if (result !== undefined) return result;
    }
    return undefined;
  }

  /** Runs the next event if there is one at or before `limitMs`; otherwise lets time pass until then. */
  step(limitMs: number): boolean {
    let event = this.#heap[0];
    while (event?.cancelled) {
      this.#pop();
      event = this.#heap[0];
    }
    if (event === undefined || event.timeMs > limitMs) {
      if (Number.isFinite(limitMs)) this.#nowMs = Math.max(this.#nowMs, limitMs);
      return false;
    }
    this.#pop();
    this.#nowMs = event.timeMs;
    if (event.what !== '') this.note(event.who, event.what);
    event.callback();
    return true;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const parent = (index - 1) >>> 1;
      if (!isBefore(event, heap[parent] as Event)) break;
      heap[index] = heap[parent] as Event;
      index = parent;
    }
    heap[index] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child++;
      if (!isBefore(heap[child] as Event, last)) break;
      heap[index] = heap[child] as Event;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.order < b.order);
}
