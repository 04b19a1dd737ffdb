import { startTestService } from '@ecommercestack/service-kit/testing';
import { describe, onTestFinished } from 'vitest';
import { orderFlowScenarios } from './scenarios.ts';
import { loadFlow, type Shop } from './shop.ts';

describe.each(['Orchestration', 'Choreography'])(
  '%s, all services in one process on memory twins',
  (mode) => {
    orderFlowScenarios(async (): Promise<Shop> => {
      const environment = { SEED_DEMO: 'true', ORDER_SAGA: mode };
      const { url, stop } = await startTestService(await loadFlow(), environment);
      onTestFinished(stop);
      return { order: url, inventory: url, payment: url, shipping: url, notification: url };
    });
  },
);
