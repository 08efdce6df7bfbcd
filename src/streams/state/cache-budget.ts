/** How much memory the overlays of one thread's stores may take together (`statestore.cache.max.bytes`). */
export class CacheBudget {
  readonly bytesMax: number;
  usedBytes = 0;
  /** Of these, bytes of entries that are not committed and therefore cannot be let go. */
  dirtyBytes = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get isExceeded(): boolean {
    return this.usedBytes > this.bytesMax;
  }

  /** So much is uncommitted that clean entries have no room: time for a commit. */
  get wantsCommit(): boolean {
    return this.dirtyBytes > this.bytesMax / 2;
  }
}
