interface Pending {
  resolve(output: unknown): void;
  reject(error: unknown): void;
}

/** Calls that another thread has not answered yet, by numbers that are given here. */
export class PendingCalls {
  readonly #pending = new Map<number, Pending>();
  #nextId = 0;

  /** Nobody waits for an answer. */
  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  /** A number that no other call has, nor anything else that was numbered here. */
  nextNumber(): number {
    return this.#nextId++;
  }

  /** @param send posts the call, under its number. */
  add<T>(send: (id: number) => void): Promise<T> {
    const id = this.nextNumber();
    return new Promise<T>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      try {
        send(id);
      } catch (error) {
        // Such as what cannot be copied.
        this.failed(id, error);
      }
    });
  }

  /** Does nothing where nobody waits for it any more. */
  answered(id: number, output: unknown): void {
    this.#take(id)?.resolve(output);
  }

  failed(id: number, error: unknown): void {
    this.#take(id)?.reject(error);
  }

  /** All that wait are told that no answer will come. */
  failAll(error: unknown): void {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    for (const pending of all) pending.reject(error);
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }
}
