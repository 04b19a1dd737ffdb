import { describe, expect, it } from 'vitest';
import { isStackReady, progressLine, type StackObject, statusTree } from '../statustree.ts';

const condition = (type: string, status: string, reason: string, message: string) => ({
  type,
  status,
  reason,
  message,
});

const stack = (ready: string, more: ReturnType<typeof condition>[] = []): StackObject => ({
  metadata: { name: 'shop', namespace: 'eu', generation: 2 },
  status: {
    observedGeneration: 2,
    phase: ready === 'True' ? 'Healthy' : 'Progressing',
    summary: { services: '1/2' },
    services: [
      { name: 'user', version: 'v1.2.3', phase: 'Healthy', readyReplicas: 1 },
      {
        name: 'product',
        version: 'v1.3.0',
        phase: 'Progressing',
        readyReplicas: 0,
        message: 'image missing',
      },
      { name: 'order', version: 'v1.2.3', phase: 'Canary', canaryRevision: 'abc', weight: 20 },
    ],
    conditions: [condition('Ready', ready, 'Some', 'why'), ...more],
  },
});

describe('isStackReady', () => {
  it('believes Ready only for the generation that was applied', () => {
    expect(isStackReady(stack('True'))).toBe(true);
    expect(isStackReady(stack('False'))).toBe(false);
    const old = stack('True');
    expect(isStackReady({ ...old, metadata: { ...old.metadata, generation: 3 } })).toBe(false);
    expect(isStackReady({ metadata: old.metadata })).toBe(false);
  });
});

describe('progressLine', () => {
  it('names the concerns that fail', () => {
    const line = progressLine(
      stack('False', [
        condition('DataReady', 'False', 'StoresStarting', 'waiting for shop-kafka'),
        condition('ExposureReady', 'True', 'Routed', 'fine'),
        condition('Stalled', 'False', 'NotStalled', 'nothing'),
      ]),
    );
    expect(line).toBe('services 1/2; DataReady StoresStarting: waiting for shop-kafka');
  });

  it('falls back on Ready, and on silence', () => {
    expect(progressLine(stack('False'))).toBe('services 1/2; Ready Some: why');
    expect(progressLine({ metadata: stack('True').metadata })).toBe('the operator has not answered yet');
  });
});

describe('statusTree', () => {
  it('draws services and conditions', () => {
    expect(statusTree(stack('False', [condition('DataReady', 'True', 'Ready', 'all there')]))).toBe(
      [
        'eu/shop  not Ready  Progressing',
        '├─ services 1/2',
        '│  ├─ user     v1.2.3  Healthy  1 ready',
        '│  ├─ product  v1.3.0  Progressing  0 ready  image missing',
        '│  └─ order    v1.2.3  Canary  canary 20 %',
        '└─ conditions',
        '   ├─ Ready=False Some: why',
        '   └─ DataReady=True Ready',
      ].join('\n'),
    );
  });
});
