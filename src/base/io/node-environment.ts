import { randomBytes } from 'node:crypto';
import type { Clock, Environment, Random, Timer, Timers } from '../environment.ts';
import { watchEventLoop } from './loop-delay.ts';
import { nodeDisk } from './node-disk.ts';
import { nodeNetwork } from './node-network.ts';
import { newNodeWorkers, nodeWorkers } from './node-workers.ts';

const nodeClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** Node's timers hold 31 bits and take a longer time for 1 ms; who waits longer than 24 days looks again meanwhile. */
const DELAY_MS_MAX = 0x7fffffff;

const nodeTimers: Timers = {
  after(delayMs, callback): Timer {
    const handle = setTimeout(callback, Math.min(delayMs, DELAY_MS_MAX));
    return { cancel: () => clearTimeout(handle) };
  },
  every(intervalMs, callback): Timer {
    const handle = setInterval(callback, Math.min(intervalMs, DELAY_MS_MAX));
    return { cancel: () => clearInterval(handle) };
  },
  defer(callback) {
    setImmediate(callback);
  },
  sleep(delayMs, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const onAbort = (): void => {
        clearTimeout(handle);
        reject(signal?.reason as Error);
      };
      const handle = setTimeout(
        () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
        Math.min(delayMs, DELAY_MS_MAX),
      );
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  },
};

const nodeRandom: Random = {
  float: () => Math.random(),
  int: (bound) => Math.floor(Math.random() * bound),
  bytes: (length) => randomBytes(length),
};

/** The real environment: this machine's clock, network and disk. */
export const nodeEnvironment: Environment = {
  clock: nodeClock,
  timers: nodeTimers,
  random: nodeRandom,
  network: nodeNetwork,
  disk: nodeDisk,
  watchLoop: watchEventLoop,
  workers: nodeWorkers,
  newWorkers: () => newNodeWorkers({ givesWay: true }),
};
