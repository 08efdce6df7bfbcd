import { isatty } from 'node:tty';
import { writeError } from './standard-streams.ts';

/** The wish to end this process, as the first signal or the end of the process that has started it tells it. */
interface StopRequest {
  readonly signal: AbortSignal;
  /** Resolves with the wish. */
  readonly stopped: Promise<void>;
  /** This signal means again what it means to every process. */
  release(name: StopSignal): void;
}

/** Ctrl-C, `kill`, and a terminal that was closed, with what they end a process with that is ended at once. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type StopSignal = keyof typeof EXIT_CODES;
const STOP_SIGNALS = Object.keys(EXIT_CODES) as readonly StopSignal[];

/** Everything that waits while a process stops has a limit of its own; this one is for what nobody has thought of. */
const STOP_MS_MAX = 60_000;
const EXIT_STOP_TIMED_OUT = 1;

/**
 * Listens for the wish to end from here on. A signal after Ctrl-C or `kill` ends the process at once, and so does a stop that takes longer
 * than a minute. A broker of a cluster is also to end when the process that started it is gone.
 */
export function stopRequest(): StopRequest {
  const controller = new AbortController();
  const handlers = new Map<StopSignal, () => void>();
  const stop = (): void => {
    if (controller.signal.aborted) return;
    setTimeout(endLate, STOP_MS_MAX).unref();
    controller.abort(new Error('told to stop'));
  };
  let isImpatient = false;
  for (const name of STOP_SIGNALS) {
    const handler = (): void => {
      if (isImpatient) process.exit(EXIT_CODES[name]);
      // A terminal that closes may say so several times: to the process, to its group, and by what stands between.
      isImpatient = name !== 'SIGHUP';
      stop();
    };
    handlers.set(name, handler);
    process.on(name, handler);
  }
  process.once('disconnect', stop);
  surviveLostTerminal(stop);
  // To listen is no reason to stay: a start that fails ends the process.
  process.channel?.unref();
  const { signal } = controller;
  return {
    signal,
    stopped: new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    release: (name) => {
      const handler = handlers.get(name);
      if (handler !== undefined) process.off(name, handler);
    },
  };
}

/**
 * A terminal that is gone is the wish to end, and what is written to it then is lost, which is no reason to end in the
 * middle. When all is done Node would set the mode of the terminal back, and abort with a stack because that fails: it
 * ends instead as SIGHUP ends every process.
 */
function surviveLostTerminal(stop: () => void): void {
  const terminals = STANDARD_STREAMS.filter((descriptor) => isatty(descriptor));
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EIO') stop();
    });
  }
  process.on('exit', () => {
    if (terminals.every((descriptor) => isatty(descriptor))) return;
    process.removeAllListeners('SIGHUP');
    process.kill(process.pid, 'SIGHUP');
  });
}

const STANDARD_STREAMS = [0, 1, 2] as const;

function endLate(): void {
  writeError(`millrace: did not stop within ${STOP_MS_MAX / 1000} s: ending at once\n`);
  process.exit(EXIT_STOP_TIMED_OUT);
}
