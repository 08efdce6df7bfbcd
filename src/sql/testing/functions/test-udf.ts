import { defineFunction, overload, overloadWithNulls } from '../../functions/index.ts';

/** Gives the name of the overload that was chosen. */
export const testUdf = defineFunction({
  name: 'test_udf',
  category: 'OTHER',
  description: 'Shows which overload a call resolves to.',
  overloads: [
    overloadWithNulls(['arg1 INTEGER', 'arg2 STRING'], 'STRING', () => 'doStuffIntString'),
    overloadWithNulls(['arg1 BIGINT', 'arg2 STRING'], 'STRING', () => 'doStuffLongString'),
    overloadWithNulls(['arg1 BIGINT', 'arg2 BIGINT', 'arg3 STRING'], 'STRING', () => 'doStuffLongLongString'),
    overloadWithNulls(['args BIGINT...'], 'STRING', () => 'doStuffLongVarargs'),
    overload(['struct STRUCT<A STRING>'], 'STRING', ([a]) => a ?? null),
    overload([], 'STRUCT<A STRING>', () => ['foo']),
  ],
});
