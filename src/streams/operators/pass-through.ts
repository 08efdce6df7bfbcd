import { identity } from 'rxjs';
import type { NodeFactory } from './operator-node.ts';
import { rxNode } from './rx-node.ts';

export interface PassThroughSettings {
  readonly type: 'pass-through';
}

/** Passes every record on: where streams merge, and where a branch begins. */
export function passThrough(_settings: PassThroughSettings): NodeFactory {
  return rxNode(() => identity, { keepsKey: true });
}
