import { allAtOnce, type InPieces } from '../../base/pieces.ts';

/**
 * So many expressions are one function at most. V8 reads and compiles a function in one turn of the event loop, which takes
 * ten to twenty microseconds for an expression.
 */
export const PART_EXPRESSIONS = 100;

/**
 * The code of many expressions as functions of {@link PART_EXPRESSIONS} each. They are made piece by piece, with others
 * having their turn in between, or when they are asked for, whichever comes first.
 */
export class CodeInParts<F> {
  readonly #count: number;
  readonly #compile: (from: number, to: number) => F;
  readonly #parts: F[] = [];

  /** @param compile makes the function of the expressions in [from, to). */
  constructor(count: number, compile: (from: number, to: number) => F) {
    this.#count = count;
    this.#compile = compile;
  }

  /** All functions, in the order of the expressions. */
  get parts(): readonly F[] {
    if (!this.#isMade) allAtOnce(this.make());
    return this.#parts;
  }

  /** Makes the functions that are not made yet. */
  *make(): InPieces<void> {
    while (!this.#isMade) {
      const from = this.#parts.length * PART_EXPRESSIONS;
      this.#parts.push(this.#compile(from, Math.min(this.#count, from + PART_EXPRESSIONS)));
      yield;
    }
  }

  get #isMade(): boolean {
    return this.#parts.length * PART_EXPRESSIONS >= this.#count;
  }
}
