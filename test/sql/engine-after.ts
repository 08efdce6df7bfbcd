import { builtInRegistry } from '../../src/sql/functions/built-in.ts';
import { CaseEngine } from '../../src/sql/testing/case-engine.ts';

/** An engine over topics in memory on which a script was executed. @throws {ScriptError} where it is refused. */
export async function engineAfter(
  script: string,
  options: Omit<ConstructorParameters<typeof CaseEngine>[0], 'functions'> = {},
): Promise<CaseEngine> {
  const engine = new CaseEngine({ functions: builtInRegistry(), ...options });
  await engine.execute(script);
  return engine;
}

/** The values that were written to a topic, as text. */
export function valuesIn(engine: CaseEngine, topic: string): readonly (string | undefined)[] {
  return engine.host.topics.records(topic).map(({ value }) => value?.toString());
}
