import { identity } from 'rxjs';
import type { Behaviour } from '../topology/nodes.ts';
import { rxBehaviour } from './rx-behaviour.ts';

/** Passes every record on: where streams merge, and where a branch begins. */
export function passThrough(): Behaviour {
  return rxBehaviour(() => identity, { keepsKey: true });
}
