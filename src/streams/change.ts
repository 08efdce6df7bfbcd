/**
 * An update of a table: what the key's value has become and, where somebody downstream asked for it, what it was.
 * null means absent.
 */
export class Change<V> {
  readonly newValue: V | null;
  readonly oldValue: V | null;
  /** False for an update that a versioned table received out of order. */
  readonly isLatest: boolean;

  constructor(newValue: V | null, oldValue: V | null, isLatest = true) {
    this.newValue = newValue;
    this.oldValue = oldValue;
    this.isLatest = isLatest;
  }
}
