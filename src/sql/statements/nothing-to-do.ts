import { PLAN_VERSION } from '../physical/steps.ts';
import type { NothingToDo } from './definition.ts';

/** The plan of the statement `text` about a source or type, which changes nothing: `message` says why. */
export function nothingToDo(
  text: string,
  about: Pick<NothingToDo, 'name' | 'message' | 'commandId'>,
): NothingToDo {
  return { version: PLAN_VERSION, text, kind: 'none', ...about };
}
