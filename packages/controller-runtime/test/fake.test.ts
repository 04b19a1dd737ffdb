import { vi } from 'vitest';
import { eventResource, leaseResource } from '../src/index.ts';
import { FakeApiServer } from '../src/testing/index.ts';
import { describeContract, namespaces } from './contract.ts';
import { configMaps } from './kinds.ts';

// Real sockets: a loaded machine is slow, not wrong.
vi.setConfig({ testTimeout: 60_000 });

// The fake must keep the contract of a real API server, or the tests that use it prove nothing.
describeContract('the fake API server', async () => {
  const server = await FakeApiServer.start(configMaps, namespaces, eventResource, leaseResource);
  return {
    credentials: server.credentials(),
    cut: () => {
      for (const stream of [...server.streams]) stream.reset();
    },
    close: () => server.close(),
  };
});
