import { PLAN_VERSION } from '../physical/steps.ts';
import type { NothingToDo } from './definition.ts';

/** The plan of the statement `text`, which changes nothing: `message` says why. */
export function nothingToDo(text: string, message: string): NothingToDo {
  return { version: PLAN_VERSION, text, kind: 'none', message };
}
