import type { FunctionConfig } from '../definition.ts';
import { LIST_LENGTH_MAX } from '../limits.ts';

/** The most elements that a list may get: of a property, and {@link LIST_LENGTH_MAX} where it is not set. */
export function listLimit(config: FunctionConfig, property: string): number {
  const limit = Number(config[property] ?? LIST_LENGTH_MAX);
  return Number.isNaN(limit) || limit < 0 ? LIST_LENGTH_MAX : limit;
}
