/** Counts the votes of one election. */
export class VoteTally {
  readonly #majority: number;
  readonly #voterCount: number;
  readonly #granted = new Set<number>();
  readonly #rejected = new Set<number>();

  constructor(voterIds: Iterable<number>, selfId: number) {
    const voters = new Set(voterIds);
    this.#voterCount = voters.size;
    this.#majority = Math.floor(voters.size / 2) + 1;
    this.#granted.add(selfId);
  }

  record(voterId: number, granted: boolean): void {
    if (granted) {
      this.#granted.add(voterId);
      this.#rejected.delete(voterId);
    } else if (!this.#granted.has(voterId)) {
      this.#rejected.add(voterId);
    }
  }

  get granting(): ReadonlySet<number> {
    return this.#granted;
  }

  get isWon(): boolean {
    return this.#granted.size >= this.#majority;
  }

  /** So many have refused that the rest can not make a majority. */
  get isLost(): boolean {
    return this.#voterCount - this.#rejected.size < this.#majority;
  }
}
