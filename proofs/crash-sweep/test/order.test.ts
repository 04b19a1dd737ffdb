import { expect, test } from 'vitest';
import type { RequestRecord } from '../../kfault/plan.ts';
import { unremembered } from '../order.ts';

const writes = (...resources: readonly string[]): { requests: RequestRecord[] } => ({
  requests: resources.map((text, index) => {
    const [resource = '', subresource = ''] = text.split('/');
    return {
      ...{ lane: 'write', method: 'PATCH', resource, subresource, namespace: 'a', name: 'x' },
      ...{ position: index + 1, milliseconds: 0 },
    };
  }),
});

test('a decision is stored before it is acted on', () => {
  expect(unremembered(writes('stacks/status', 'services', 'deployments', 'stacks/status'))).toEqual([]);
  expect(unremembered(writes('services'))).toEqual([]);
});

test('an act that comes first is told', () => {
  const wanted = ['Deployment x was written (2) before the decision was stored in status'];
  expect(unremembered(writes('services', 'deployments', 'stacks/status'))).toEqual(wanted);
  expect(unremembered(writes('services', 'deployments'))).toEqual(wanted);
});
