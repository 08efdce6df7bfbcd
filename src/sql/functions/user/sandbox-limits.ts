import type { FunctionConfig } from '../definition.ts';
import type { SandboxLimits } from './sandbox.ts';

/** The settings of a server for functions in JavaScript, and what holds where they are not set. */
export const SANDBOX_SETTINGS = {
  callMsMax: { name: 'ksql.udf.javascript.call.max.ms', value: 500 },
  memoryBytesMax: { name: 'ksql.udf.javascript.memory.max.bytes', value: 16_777_216 },
} as const satisfies Readonly<Record<keyof SandboxLimits, { readonly name: string; readonly value: number }>>;

export function sandboxLimits(config: FunctionConfig): SandboxLimits {
  const { callMsMax, memoryBytesMax } = SANDBOX_SETTINGS;
  const of = ({ name, value }: { readonly name: string; readonly value: number }): number => {
    const set = config[name];
    return set === undefined ? value : Number(set);
  };
  return { callMsMax: of(callMsMax), memoryBytesMax: of(memoryBytesMax) };
}
