import { expect, test } from 'vitest';
import { parsePlan } from '../parse.ts';
import type { Plan } from '../plan.ts';

test('a plan is read as it was written', () => {
  const plan: Plan = {
    seed: 3,
    requests: [
      { on: { lane: 'write', resource: 'services' }, at: 7, place: 'After', fault: { type: 'Call' } },
      {
        on: { lane: 'read' },
        fraction: 0.3,
        place: 'Before',
        fault: { type: 'Answer', status: 429, retryAfterSeconds: 1 },
      },
    ],
    events: [
      { on: { types: ['DELETED'] }, times: 2, fault: { type: 'Drop' } },
      { on: {}, fault: { type: 'Cut', how: 'Reset' } },
    ],
  };
  expect(parsePlan(JSON.stringify(plan))).toEqual(plan);
  expect(parsePlan('{}')).toEqual({});
});

test.each([
  ['{', /^not JSON/],
  ['3', 'plan is no object'],
  ['{"request": []}', 'plan.request is not known'],
  ['{"seed": "1"}', 'plan.seed is no number'],
  ['{"events": {}}', 'plan.events is no list'],
  ['{"events": [{"on": {}}]}', 'plan.events[0].fault is missing'],
  [
    '{"events": [{"on": {"initial": 1}, "fault": {"type": "Drop"}}]}',
    'plan.events[0].on.initial is neither true nor false',
  ],
  ['{"events": [{"on": {}, "fault": {"type": "Hold"}}]}', 'plan.events[0].fault.milliseconds is missing'],
  [
    '{"events": [{"on": {}, "fault": {"type": "Cut", "how": "Softly"}}]}',
    'plan.events[0].fault.how is "Softly"; it is one of Fin, Reset',
  ],
  [
    '{"requests": [{"on": {"lane": "writes"}, "place": "Before", "fault": {"type": "Reset"}}]}',
    /^plan.requests\[0\].on.lane is "writes"/,
  ],
  [
    '{"requests": [{"on": {"lane": "write"}, "place": "Before", "fault": {"type": "Drop"}}]}',
    /^plan.requests\[0\].fault.type is "Drop"/,
  ],
])('%s', (text, wanted) => {
  expect(() => parsePlan(text)).toThrow(wanted);
});
