import type { FunctionConfig } from '../definition.ts';

/** The most elements that a list may get, from a property; no limit where it is not set. */
export function listLimit(config: FunctionConfig, property: string): number {
  const limit = Number(config[property] ?? Number.POSITIVE_INFINITY);
  return Number.isNaN(limit) || limit < 0 ? Number.POSITIVE_INFINITY : limit;
}
