/**
 * zstd is loaded asynchronously before Node 22.15, and only when somebody needs it: a client that never meets a zstd
 * batch waits for nothing but its environment, which is what makes it deterministic in the simulator.
 */
import { initCompression } from '../protocol/compression/compression.ts';

let ready = false;
let loading: Promise<void> | undefined;

export function isZstdReady(): boolean {
  return ready;
}

/** Resolves when zstd can be used; one load serves all clients of the process. */
export function loadZstd(): Promise<void> {
  loading ??= initCompression().then(() => {
    ready = true;
  });
  return loading;
}
