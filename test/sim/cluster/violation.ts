/** A promise of the cluster that did not hold. */
export class Violation extends Error {
  override readonly name = 'Violation';
}
