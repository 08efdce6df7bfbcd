/** A window of time. For time windows `endMs` is exclusive, for sessions inclusive (it is the last record's time). */
export interface Window {
  readonly startMs: number;
  readonly endMs: number;
}

/** The key of a windowed result: a record key within a window. */
export class Windowed<K> {
  readonly key: K;
  readonly window: Window;

  constructor(key: K, window: Window) {
    this.key = key;
    this.window = window;
  }
}

/** The end of the window of a windowed table's key. The tables that it is asked of are windowed, and so are their keys. */
export function windowEndOf(key: unknown): number {
  return (key as Windowed<unknown>).window.endMs;
}
