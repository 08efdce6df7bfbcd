import { boundOverload, defineFunction, overload } from '../../functions/index.ts';

/** Throws, or gives null every other time. */
export const badUdf = defineFunction({
  name: 'bad_udf',
  category: 'OTHER',
  description: 'Throws for numbers and for true; gives null for the first, third, fifth… text.',
  overloads: [
    overload(['arg INTEGER'], 'INTEGER', () => {
      throw new Error('boom!');
    }),
    overload(['arg BOOLEAN'], 'INTEGER', (shouldThrow) => {
      if (shouldThrow) throw new Error('You asked me to throw...');
      return 0;
    }),
    boundOverload(['arg STRING'], 'STRING', () => {
      let calls = 0;
      return (text) => {
        calls += 1;
        return calls % 2 === 1 ? null : text;
      };
    }),
  ],
});
