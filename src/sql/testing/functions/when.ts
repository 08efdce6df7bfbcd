import { defineFunction, overloadWithNulls } from '../../functions/index.ts';

function requireEvaluated(shouldBeEvaluated: boolean | null): void {
  if (shouldBeEvaluated !== true) throw new Error('When condition or result should not have been evaluated');
}

/** A condition that must not be evaluated unless it says so: CASE is lazy. */
export const whenCondition = defineFunction({
  name: 'WhenCondition',
  category: 'CONDITIONAL',
  description: 'Gives its first argument; throws unless the second is true.',
  overloads: [
    overloadWithNulls(['retValue BOOLEAN', 'shouldBeEvaluated BOOLEAN'], 'BOOLEAN', (value, evaluated) => {
      requireEvaluated(evaluated);
      return value;
    }),
  ],
});

export const whenResult = defineFunction({
  name: 'WhenResult',
  category: 'CONDITIONAL',
  description: 'Gives its first argument; throws unless the second is true.',
  overloads: [
    overloadWithNulls(['retValue INTEGER', 'shouldBeEvaluated BOOLEAN'], 'INTEGER', (value, evaluated) => {
      requireEvaluated(evaluated);
      return value;
    }),
  ],
});
