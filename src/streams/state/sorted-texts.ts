/** A sorted set of byte strings as a binary heap with lazy deletion: cheap to add to and to take the first from. */
export class SortedTexts {
  readonly #heap: string[] = [];
  readonly #live = new Set<string>();

  get first(): string | undefined {
    this.#dropDead();
    return this.#heap[0];
  }

  add(text: string): void {
    if (this.#live.has(text)) return;
    this.#live.add(text);
    const heap = this.#heap;
    let at = heap.push(text) - 1;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = heap[parent] ?? '';
      if (above <= text) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = text;
  }

  delete(text: string): void {
    this.#live.delete(text);
  }

  takeFirst(): string | undefined {
    this.#dropDead();
    const first = this.#heap[0];
    if (first === undefined) return undefined;
    this.#live.delete(first);
    this.#popHeap();
    return first;
  }

  clear(): void {
    this.#heap.length = 0;
    this.#live.clear();
  }

  #dropDead(): void {
    while (this.#heap.length > 0 && !this.#live.has(this.#heap[0] ?? '')) this.#popHeap();
  }

  #popHeap(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] ?? '') < (heap[child] ?? '')) child++;
      const below = heap[child] ?? '';
      if (below >= last) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }
}
