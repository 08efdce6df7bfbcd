let isInThread = false;

/** Notes that this thread is one of an application, which makes none of its own. */
export function noteStreamThread(): void {
  isInThread = true;
}

/** Whether this is a stream thread: the module of its topology may be the one that makes the application. */
export function isStreamThread(): boolean {
  return isInThread;
}
