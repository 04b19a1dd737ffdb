import { describe, expect, it } from 'vitest';
import { plain } from '../src/terminal.ts';
import { stackView } from '../src/view/stack.ts';
import { treeOf } from '../src/view/tree.ts';
import { wideOf } from '../src/view/wide.ts';
import { anAction, aPicture, condition, now, pod } from './pictures.ts';

const crash = {
  containerStatuses: [
    {
      name: 'main',
      restartCount: 4,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { reason: 'Error', exitCode: 1 } },
    },
  ],
};
const deploymentOfCanary = 'user-service-cccccccccc';
const metrics = [
  { name: 'success-rate', provider: 'prometheus', query: 'up', min: '0.99' },
  { name: 'latency', provider: 'prometheus', query: 'up', max: '200m' },
];
const held = { type: 'Approval' as const };

const pictures = {
  'holding-by-time': aPicture(),
  'waiting-for-approval': aPicture({ service: { step: 1, weight: 50, desiredWeight: 50 } }),
  'paused-by-an-action': aPicture({ attempt: { paused: true, since: undefined } }),
  'weight-held-by-an-action': aPicture({
    attempt: { weight: 25 },
    service: { weight: 25, desiredWeight: 25 },
  }),
  'stack-paused': aPicture({ paused: true }),
  'weight-held-by-the-specification': aPicture({
    rollout: { strategy: 'Canary', canary: { weight: 10 } },
    service: { step: undefined },
  }),
  aborted: aPicture({
    service: {
      canaryRevision: undefined,
      weight: undefined,
      desiredWeight: undefined,
      phase: 'Degraded',
      step: undefined,
    },
    attempt: { state: 'Aborted', step: 0, desired: 0, why: 'success-rate was 0.91 twice', failures: 2 },
    conditions: [
      condition('Ready', 'False', 'Degraded', 'RolloutHealthy: user: success-rate was 0.91 twice'),
      condition('RolloutHealthy', 'False', 'Aborted', 'user: success-rate was 0.91 twice'),
    ],
  }),
  'canary-crashes': aPicture({
    canaryReady: 0,
    canaryPods: [pod(`${deploymentOfCanary}-1`, deploymentOfCanary, false, crash)],
    service: { weight: 0 },
    attempt: { state: 'Scaling' },
  }),
  'proxies-unread': aPicture({ service: { weight: undefined } }),
  'analysis-fails': aPicture({
    rollout: {
      strategy: 'Canary',
      canary: { steps: [{ weight: 10, hold: held }], analysis: { failureLimit: 3, metrics } },
    },
    attempt: {
      failures: 2,
      measurements: [
        { name: 'success-rate', value: 0.91, verdict: 'Fail' },
        { name: 'latency', verdict: 'Hold' },
      ],
    },
  }),
  promoted: aPicture({
    service: {
      stableRevision: 'cccccccccc',
      canaryRevision: undefined,
      weight: undefined,
      desiredWeight: undefined,
      step: undefined,
    },
    attempt: { state: 'Keeping', ended: 'Promoted', step: 2, revision: 'ssssssssss' },
  }),
  'nothing-to-see': aPicture({
    picture: {
      pods: [],
      deployments: [],
      gaps: ['pods are not shown: pods is forbidden'],
      actions: [anAction()],
    },
  }),
} as const;

describe('the tree', () => {
  it.each(Object.entries(pictures))('of %s is as recorded', async (name, picture) => {
    const text = `${treeOf(stackView(picture, now), plain).join('\n')}\n`;
    await expect(text).toMatchFileSnapshot(`golden/${name}.txt`);
  });

  it('shows nothing that JSON does not have', () => {
    for (const [name, picture] of Object.entries(pictures)) {
      const view = stackView(picture, now);
      const json = JSON.stringify(view);
      const words = treeOf(view, plain)
        .join('\n')
        // What the tree says of numbers and lists in its own words.
        .replaceAll(/[█░?]+|[├└│─→…[\](){}#≥≤/:,]|\d+/gu, ' ')
        .split(/\s+/)
        .filter((word) => word.length > 3);
      const own = new Set([
        ...[
          'ready',
          'Ready',
          'not',
          'services',
          'stable',
          'canary',
          'leaving',
          'rollout',
          'steps',
          'waits',
          'next',
        ],
        ...[
          'analysis',
          'failed',
          'tolerated',
          'good',
          'stores',
          'conditions',
          'actions',
          'without',
          'answer',
        ],
        ...['approval', 'left', 'restarts'],
      ]);
      const parts = json.replaceAll(/[^\p{L}\p{N}.%-]+/gu, ' ');
      const missing = words.filter(
        (word) => !own.has(word) && !parts.includes(word.replaceAll(/[.;]$/g, '')),
      );
      expect(missing, name).toEqual([]);
    }
  });

  it('lets no text of others reach the terminal as a command', () => {
    const evil = aPicture({
      service: { message: 'a\u001b[2Jb\u0007', phase: 'x\ny' },
      attempt: { state: 'Aborted', why: '\u001b]0;z' },
    });
    expect(treeOf(stackView(evil, now), plain).join('|')).not.toMatch(/\p{Cc}/u);
  });

  it('paints only where it is told to', () => {
    const view = stackView(aPicture(), now);
    const painted = treeOf(view, (colour, text) => `<${colour}>${text}</>`).join('\n');
    expect(painted).toContain('<green>Ready</>');
    expect(painted.replaceAll(/<\w+>|<\/>/g, '')).toBe(treeOf(view, plain).join('\n'));
  });
});

describe('the wide table', () => {
  it('has one line a service', async () => {
    const views = [pictures['waiting-for-approval'], pictures.aborted].map((picture) =>
      stackView(picture, now),
    );
    await expect(`${wideOf(views).join('\n')}\n`).toMatchFileSnapshot('golden/wide.txt');
  });
});
