import { Sandbox, type SandboxLimits, SourceError } from './sandbox.ts';
import type { UserFunctionRecord } from './function-record.ts';

/** So many functions of a thread keep their memory; another one takes the place of that which was made first. */
const OPEN_MAX = 64;

/** By what makes a function what it is: queries that call one function share its sandbox. */
const open = new Map<string, Sandbox>();

/** The sandbox of a function in this thread. @throws {SourceError} */
export function sandboxOf(record: UserFunctionRecord, limits: SandboxLimits): Sandbox {
  const key = JSON.stringify([record, limits]);
  const known = open.get(key);
  if (known?.isOpen === true) return known;
  closeSandbox(key);
  const [first] = open.keys();
  if (open.size >= OPEN_MAX && first !== undefined) closeSandbox(first);
  const made = new Sandbox(record, limits);
  open.set(key, made);
  return made;
}

function closeSandbox(key: string): void {
  open.get(key)?.close();
  open.delete(key);
}

/** Makes a function's sandbox, and lets go of it. @throws {SourceError} where its source is wrong. */
export function trySource(record: UserFunctionRecord, limits: SandboxLimits): Sandbox['methods'] {
  const sandbox = new Sandbox(record, limits);
  try {
    return sandbox.methods;
  } finally {
    sandbox.close();
  }
}

/** Whether what a call leaves behind cannot be believed any more. */
export function endsSandbox(error: unknown): boolean {
  return error instanceof SourceError && error.failure !== 'thrown';
}
