import { defineFunction, overloadWithNulls } from '../../functions/index.ts';

export const toStruct = defineFunction({
  name: 'tostruct',
  category: 'OTHER',
  description: 'Wraps a text in a struct.',
  overloads: [overloadWithNulls(['value STRING'], 'STRUCT<A STRING>', (value) => [value])],
});
