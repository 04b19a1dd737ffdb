import type { ServiceName } from '@ecommercestack/contracts/topology';
import { startTestService } from '@ecommercestack/service-kit/testing';
import { describe, onTestFinished } from 'vitest';
import { orderFlowScenarios } from './scenarios.ts';
import { load, type Shop } from './shop.ts';

const names: readonly ServiceName[] = [
  'product',
  'order',
  'inventory',
  'payment',
  'shipping',
  'notification',
];

describe.each(['Orchestration', 'Choreography'])(
  '%s, all services in one process on memory twins',
  (mode) => {
    orderFlowScenarios(async (): Promise<Shop> => {
      const environment = { SEED_DEMO: 'true', ORDER_SAGA: mode };
      const { url, stop } = await startTestService(await Promise.all(names.map(load)), environment);
      onTestFinished(stop);
      return { order: url, inventory: url, payment: url, shipping: url, notification: url };
    });
  },
);
