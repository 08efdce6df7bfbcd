/**
 * Tells of a promise that does not hold.
 * @param checker the name of what noticed it, the same for all that it ever notices: `acknowledged-lost`, `logs-equal`...
 */
export type Violate = (checker: string, what: string) => void;

/** A promise of the cluster that did not hold. */
export class Violation extends Error {
  override readonly name = 'Violation';
  /** What noticed it first. */
  readonly checker: string;

  constructor(checker: string, message: string) {
    super(message);
    this.checker = checker;
  }
}
