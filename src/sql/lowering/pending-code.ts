import type { InPieces } from '../../base/pieces.ts';

/**
 * Code of a topology that is not made yet, because there is much of it. Whoever is going to run the topology makes it
 * before that, with others having their turn in between; a topology that is only looked at needs none.
 */
export class PendingCode {
  readonly #works: (() => InPieces<void>)[] = [];

  add(work: () => InPieces<void>): void {
    this.#works.push(work);
  }

  *make(): InPieces<void> {
    for (let work = this.#works.shift(); work !== undefined; work = this.#works.shift()) yield* work();
  }
}
