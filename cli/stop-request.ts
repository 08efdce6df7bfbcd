/** The wish to end this process, as the first signal or the end of the process that has started it tells it. */
export interface StopRequest {
  readonly signal: AbortSignal;
  /** Resolves with the wish. */
  readonly stopped: Promise<void>;
  /** Signals mean again what they mean to every process. */
  release(): void;
}

/**
 * Listens for the wish to end from here on. A second signal ends the process at once. A broker of a cluster is also to
 * end when the process that started it is gone.
 */
export function stopRequest(): StopRequest {
  const controller = new AbortController();
  const first = (): void => {
    for (const name of SIGNALS) process.off(name, first).once(name, second);
    controller.abort(new Error('told to stop'));
  };
  const second = (): never => process.exit(130);
  for (const name of SIGNALS) process.once(name, first);
  process.once('disconnect', first);
  // To listen is no reason to stay: a start that fails ends the process.
  process.channel?.unref();
  const { signal } = controller;
  return {
    signal,
    stopped: new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    release: () => {
      for (const name of SIGNALS) process.off(name, first).off(name, second);
      process.off('disconnect', first);
    },
  };
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** The promise's result, or the signal's reason if that comes first; what the promise stands for may go on then. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
