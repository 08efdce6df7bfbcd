import { identity } from 'rxjs';
import type { NodeFactory } from '../topology/nodes.ts';
import { rxNode } from './rx-node.ts';

/** Passes every record on: where streams merge, and where a branch begins. */
export function passThrough(): NodeFactory {
  return rxNode(() => identity, { keepsKey: true });
}
