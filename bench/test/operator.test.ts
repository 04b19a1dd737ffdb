import { expect, test } from 'vitest';
import { parseAuditLog } from '../../proofs/audit.ts';
import { costOf } from '../operator/cost.ts';

const actor = { userAgent: 'op' };

const line = (second: number, verb: string, resource: string, more: object = {}) =>
  `${JSON.stringify({
    stage: 'ResponseComplete',
    verb,
    userAgent: 'op/1',
    objectRef: { resource, namespace: 'ns', name: 'a', ...more },
    responseStatus: { code: 201 },
    stageTimestamp: new Date(second * 1000).toISOString(),
  })}\n`;

test('the cost of a stack is what the operator wrote and read in its namespace', () => {
  const log = [
    line(0, 'create', 'ecommercestacks').replace('op/1', 'kubectl'),
    line(1, 'patch', 'services'),
    line(2, 'patch', 'deployments'),
    line(2, 'patch', 'deployments').replace('201', '200'),
    line(3, 'get', 'secrets'),
    line(4, 'patch', 'ecommercestacks', { subresource: 'status' }),
    line(4, 'create', 'events'),
    line(5, 'patch', 'services', { namespace: 'other' }),
  ];
  expect(costOf(parseAuditLog(log.join('')), actor, 'ns')).toEqual({
    children: 2,
    childWrites: 3,
    statusWrites: 1,
    reads: 1,
    objectsPerSecond: 1,
  });
});
