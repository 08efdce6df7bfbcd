import type { SqlFunction } from '../../../src/sql/functions/index.ts';
import { badUdf } from './bad-udf.ts';
import { testUdaf } from './test-udaf.ts';
import { testUdf } from './test-udf.ts';
import { testUdtf, throwingUdtf } from './test-udtf.ts';
import { toStruct } from './to-struct.ts';
import { fiveArg, fourArg, genericVarArg, midVarArg, multiArg, objColArg, varArg } from './variadic-udafs.ts';
import { whenCondition, whenResult } from './when.ts';

/**
 * Functions that only the conformance cases call, defined through the public API: `builtInRegistry().with(testFunctions)`.
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
