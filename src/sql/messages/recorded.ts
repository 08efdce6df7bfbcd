import type { RefusalFamily } from '../../base/errors.ts';

/** How much of a wrong piece is shown. */
const SHOWN_MAX = 60;

const PARTS = 'compute parts of it in a stream or table of its own';

/** What was recorded and cannot be read, and what cannot be recorded: of plans, and of the types in them. */
export const recordedMessages = {
  wrongPiece: (expected: string, found: unknown) => {
    const text = typeof found === 'object' && found !== null ? 'what is there' : String(found);
    const shown = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}...` : text;
    return { message: `a recorded expression cannot be read: ${shown} is not ${expected}` };
  },
  tooDeep: (limit: number) => ({ message: `an expression nests deeper than ${limit} levels`, hint: PARTS }),
  tooLarge: (limit: number) => ({ message: `an expression has more than ${limit} parts`, hint: PARTS }),
  typeTooDeep: (limit: number) => ({ message: `a type nests deeper than ${limit} levels` }),
  /** `what`: what the text should be. */
  wrongText: (what: string, text: string, position: number) => ({
    message: `not a ${what}: '${text.slice(0, SHOWN_MAX)}' (position ${position})`,
  }),
} satisfies RefusalFamily;
