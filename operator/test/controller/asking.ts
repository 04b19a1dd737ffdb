import { apiVersion } from '../../src/api/ecommercestack.ts';
import type { KubernetesObject } from '../../src/api/object.ts';
import { actionKind, type RolloutActionSpec } from '../../src/api/rolloutaction.ts';

/** What a test asks. */
export type Ask = Pick<RolloutActionSpec, 'stackUID' | 'action' | 'target' | 'reason'> &
  Partial<Pick<RolloutActionSpec, 'rolloutID' | 'expectedStep' | 'revision' | 'weight'>> & {
    readonly name: string;
    readonly createdAt: string;
  };

let asked = 0;

/** An action as the API server would store it. */
export function actionIn(
  namespace: string,
  wish: Partial<Ask> & Pick<Ask, 'action' | 'stackUID' | 'createdAt'>,
): KubernetesObject {
  asked += 1;
  const { name = `action-${asked}`, createdAt, ...spec } = wish;
  return {
    ...{ apiVersion, kind: actionKind },
    metadata: { name, namespace, creationTimestamp: createdAt },
    spec: {
      ...{ target: { type: 'Service', name: 'user' }, reason: 'a test', requestedBy: 'jane' },
      ...{ overrideFreeze: false, expiresAfter: '5m' },
      ...spec,
    },
  };
}
