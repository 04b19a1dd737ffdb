import { describe } from 'vitest';
import { createMemoryBus } from '../../src/bus/event-bus-memory.ts';
import { busSuite } from './event-bus.suite.ts';

describe('the bus in memory', () => {
  const bus = createMemoryBus();
  busSuite(() => bus);
});
