import { readType } from '../../types/read-type.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';
import {
  type Aggregator,
  defineAggregate,
  defineFunction,
  defineTableFunction,
  type FunctionConfig,
  type SqlFunction,
} from '../definition.ts';
import type { FunctionRegistry } from '../registry.ts';
import { isList } from './crossing.ts';
import { CALL, METHOD, stateTypeOf } from './entries.ts';
import { FunctionCalls } from './function-calls.ts';
import type { UserFunctionRecord } from './function-record.ts';
import { sandboxLimits } from './sandbox-limits.ts';

/** A function of CREATE FUNCTION as all others are: its source is read when it is called first. */
function userFunction(record: UserFunctionRecord): SqlFunction {
  const { name, version, source } = record;
  const docs = {
    name,
    category: 'OTHER' as const,
    description: 'A function in JavaScript, made by CREATE FUNCTION.',
    ...{ author: '', version: String(version), path: 'CREATE FUNCTION' },
  };
  const parameters = record.parameters.map(({ name: parameter, type }) => `${parameter} ${type}`);
  const description = source.trim();
  switch (record.kind) {
    case 'scalar': {
      const bind = ({ config }: { readonly config: FunctionConfig }) => {
        const calls = new FunctionCalls(record, sandboxLimits(config));
        return (...args: SqlValue[]): SqlValue => calls.call(CALL, args);
      };
      const { returns } = record;
      return defineFunction({
        ...docs,
        overloads: [{ parameters, returns, description, nulls: 'pass', bind }],
      });
    }
    case 'table': {
      const bind = ({ config }: { readonly config: FunctionConfig }) => {
        const calls = new FunctionCalls(record, sandboxLimits(config));
        return (...args: SqlValue[]): readonly SqlValue[] => {
          const rows = calls.call(CALL, args);
          return isList(rows) ? rows : [];
        };
      };
      const { returns } = record;
      return defineTableFunction({ ...docs, overloads: [{ parameters, returns, description, bind }] });
    }
    case 'aggregate':
      return defineAggregate({
        ...docs,
        overloads: [
          { parameters, description, bind: ({ config }) => aggregator(record, sandboxLimits(config)) },
        ],
      });
  }
}

function aggregator(record: UserFunctionRecord, limits: ReturnType<typeof sandboxLimits>): Aggregator {
  const calls = new FunctionCalls(record, limits);
  const { methods = [] } = record;
  return {
    stateType: stateTypeOf(record),
    returnType: readType(record.returns),
    mayFail: true,
    ...(methods.includes('merge') ? {} : { cannotMerge: true }),
    initialize: () => calls.call(METHOD.initialize, []),
    aggregate: (state, ...args) => calls.call(METHOD.aggregate, [state, ...args]),
    merge: (a, b) => calls.call(METHOD.merge, [a, b]),
    ...(methods.includes('undo')
      ? { undo: (state: SqlValue, ...args: SqlValue[]) => calls.call(METHOD.undo, [state, ...args]) }
      : {}),
    map: (state) => calls.call(METHOD.result, [state]),
  };
}

/** The functions of a registry, and some of users. */
export function withUserFunctions(
  functions: FunctionRegistry,
  records: readonly UserFunctionRecord[],
): FunctionRegistry {
  return records.length === 0 ? functions : functions.with(records.map(userFunction));
}
