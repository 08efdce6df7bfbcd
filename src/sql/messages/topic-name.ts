import { NAME_LENGTH_MAX } from '../../base/argument-checks.ts';

/** Returns the name of a topic for a message; of one that is longer than topics are called, what a line has room for. */
export function shortTopicName(name: string): string {
  return name.length <= NAME_LENGTH_MAX ? name : `${name.slice(0, 80)}…`;
}
