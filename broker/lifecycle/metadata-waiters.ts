import type { Timers } from '../../src/base/environment.ts';
import type { MetadataDelta } from '../metadata/metadata-delta.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataPublisher } from '../metadata/metadata-publisher.ts';

interface Waiter {
  readonly isMet: (image: MetadataImage) => boolean;
  readonly resolve: (met: boolean) => void;
}

/** Lets code wait until this broker's image of the metadata says something. Add it after all other publishers. */
export class MetadataWaiters implements MetadataPublisher {
  readonly #timers: Timers;
  readonly #waiters = new Set<Waiter>();
  #image: MetadataImage | null = null;
  #isClosed = false;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Resolves with true when the image meets the condition, with false when it does not within `timeoutMs`. */
  until(isMet: (image: MetadataImage) => boolean, timeoutMs: number): Promise<boolean> {
    if (this.#image !== null && isMet(this.#image)) return Promise.resolve(true);
    if (this.#isClosed) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        isMet,
        resolve: (met) => {
          this.#waiters.delete(waiter);
          timer.cancel();
          resolve(met);
        },
      };
      const timer = this.#timers.after(timeoutMs, () => waiter.resolve(false));
      this.#waiters.add(waiter);
    });
  }

  onUpdate(_delta: MetadataDelta, image: MetadataImage): void {
    this.#image = image;
    for (const waiter of this.#waiters) if (waiter.isMet(image)) waiter.resolve(true);
  }

  /** Ends all waits, unmet, those to come among them. */
  close(): void {
    this.#isClosed = true;
    for (const waiter of this.#waiters) waiter.resolve(false);
  }
}
