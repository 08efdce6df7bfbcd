/** Whether an application holds back its processing (KIP-834): of all its loops, one after the other. */
export class ProcessingPause {
  #isPaused = false;
  /** Called when processing goes on. The loop that runs sets it. */
  onResumed: () => void = () => undefined;

  get isPaused(): boolean {
    return this.#isPaused;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.onResumed();
  }
}
