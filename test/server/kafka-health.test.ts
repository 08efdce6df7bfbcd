import { afterEach, expect, it } from 'vitest';
import { eventually, startPlatform, type TestPlatform } from './platform.ts';

let platform: TestPlatform | undefined;

afterEach(async () => {
  await platform?.close();
});

it('says that Kafka is gone when its broker is', async () => {
  platform = await startPlatform();
  const { url } = platform;
  const health = async () =>
    (await (await fetch(`${url}/healthcheck`)).json()) as {
      readonly isHealthy: boolean;
      readonly details: unknown;
    };
  expect(await health()).toMatchObject({ isHealthy: true, details: { kafka: { isHealthy: true } } });
  await platform.stopBroker();
  const ill = await eventually(async () => {
    const answer = await health();
    return answer.isHealthy ? undefined : answer;
  });
  expect(ill).toMatchObject({ isHealthy: false, details: { kafka: { isHealthy: false } } });
  expect(await (await fetch(`${url}/info`)).json()).toMatchObject({
    KsqlServerInfo: { serverStatus: 'DEGRADED' },
  });
});
