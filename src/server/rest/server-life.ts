/** What endpoints ask before they begin: whether the server has started. */
export interface StartGate {
  /** @throws {RestError} until statements are taken, and when none are any more. */
  requireReady(): void;
}

/** What they go through while they answer, so that a server that stops answers them. */
export interface StopGate {
  /** Aborted when the server has begun to stop. */
  readonly begun: AbortSignal;
  /** @throws {RestError} 50303 where the server is stopping. */
  answer<T>(work: () => Promise<T>, options: { readonly records: boolean }): Promise<T>;
  /** @throws {RestError} 50303 where the request has been given up. */
  requireTime(): void;
}
