import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../../src/base/errors.ts';
import { Topology } from '../../../src/streams/index.ts';
import { loadTopology } from '../../../src/streams/threads/thread-topology.ts';

const url = (file: string): string => new URL(file, import.meta.url).href;
const load = (name: string, ...given: readonly unknown[]) =>
  loadTopology({ module: url('./topologies.ts'), export: name, arguments: given });

describe('what a thread loads', () => {
  it.each([
    ['a builder', 'counting'],
    ['a topology', 'stored'],
    ['a topology with handlers', 'forgiving'],
  ])('is %s', async (_what, name) => {
    const { topology } = await load(name);
    const built = 'build' in topology ? topology.build({}) : topology;
    expect(built).toBeInstanceOf(Topology);
  });

  it('has the handlers of the module', async () => {
    const { onFailure } = await load('forgiving');
    expect(onFailure?.processing).toBeTypeOf('function');
  });

  it.each([
    ['is not there', './none.ts', 'topology', /cannot be loaded: .*none\.ts/],
    ['throws', './load-failure.ts', 'topology', /cannot be loaded: .*a module that cannot be loaded/],
    ['has no such export', './topologies.ts', 'countin', /has no export countin/],
    ['exports something else', './topologies.ts', 'notATopology', /is no topology/],
    ['has a function that throws', './topologies.ts', 'failing', /has failed: no configuration/],
    ['has options that there are not', './topologies.ts', 'misspelt', /unknown option onFailures/],
  ])('is refused where the module %s', async (_what, file, name, message) => {
    const loading = loadTopology({ module: url(file), export: name });
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toBeInstanceOf(DiagnosticError);
  });
});
