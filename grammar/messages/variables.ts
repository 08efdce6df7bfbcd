import { nearestName } from '../../src/base/nearest-name.ts';
import type { RefusalFamily } from '../../src/base/errors.ts';

/** Variables in statements, and their values. */
export const variableMessages = {
  undefined: (name: string, known: Iterable<string>) => {
    const suggestion = nearestName(name, known);
    return {
      message: `undefined variable: ${name}`,
      hint: `define it first: DEFINE ${name} = 'value';`,
      ...(suggestion === undefined ? {} : { suggestion }),
    };
  },
  notOneValue: (name: string, value: string) => ({
    message: `the value of variable ${name} is neither an identifier nor a literal: ${value}`,
    hint: "a text needs quotes of its own: DEFINE v = '''text''';",
  }),
} satisfies RefusalFamily;
