import type { SqlFunction } from '../../functions/index.ts';
import { badUdf } from './bad-udf.ts';
import { testUdaf } from './test-udaf.ts';
import { testUdf } from './test-udf.ts';
import { testUdtf, throwingUdtf } from './test-udtf.ts';
import { toStruct } from './to-struct.ts';
import { fiveArg, fourArg, genericVarArg, midVarArg, multiArg, objColArg, varArg } from './variadic-udafs.ts';
import { whenCondition, whenResult } from './when.ts';

/**
 * Functions that belong to the case format and to no server: cases call them to see which overload is chosen, whether a
 * branch is evaluated, and what becomes of one that throws. They are defined through the public API, like a user's own.
 */
export const testFunctions: readonly SqlFunction[] = [
  testUdf,
  badUdf,
  whenCondition,
  whenResult,
  toStruct,
  testUdaf,
  varArg,
  objColArg,
  genericVarArg,
  midVarArg,
  multiArg,
  fourArg,
  fiveArg,
  testUdtf,
  throwingUdtf,
];
