import { at, type KubeObject } from '../kube/object.ts';
import { waitFor } from '../kube/wait.ts';
import { stackReference } from '../stack.ts';
import type { Target } from '../target.ts';

const apiVersion = 'ecommercestack.dev/v1alpha1';
/** An operator that was killed has its pod made anew first. */
const patienceMs = 90_000;

/** What is asked of the gateway's rollout. */
export type Asker = {
  /** Resolves to when it was asked (monotonic milliseconds) as soon as the API server has it. */
  ask(action: 'Promote' | 'Abort'): Promise<Asked>;
};

/** An action that the API server has. */
type Asked = {
  readonly at: number;
  /** Waits for the answer; an answer other than Applied is an error. */
  answered(): Promise<void>;
};

/** Asks as the person that the kubeconfig names. */
export async function askerOf({ kube, stack }: Target): Promise<Asker> {
  const review = await kube.create({
    ...{ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    metadata: { name: '' },
  });
  const requestedBy = String(at(review, 'status', 'userInfo', 'username'));
  let asked = 0;
  return {
    ask: async (action) => {
      asked += 1;
      const found = await kube.get(stackReference(stack));
      const row = gatewayRow(found);
      const name = `canary-abort-${process.pid}-${asked}`;
      const reference = { apiVersion, kind: 'RolloutAction', namespace: stack.namespace, name };
      const since = performance.now();
      await kube.create({
        ...{ apiVersion, kind: 'RolloutAction', metadata: { name, namespace: stack.namespace } },
        spec: {
          stackUID: found?.metadata.uid,
          target: { type: 'Service', name: 'gateway' },
          ...{ action, rolloutID: at(row, 'rolloutID'), reason: 'a proof', requestedBy },
        },
      });
      return {
        at: since,
        answered: async () => {
          const answer = await waitFor(
            `an answer to ${action} of ${name}`,
            async () => {
              const one = await kube.get(reference);
              return at(one, 'status', 'result') === undefined ? undefined : one;
            },
            patienceMs,
            50,
          );
          const result = at(answer, 'status', 'result');
          if (result === 'Applied') return;
          throw new Error(
            `${action} was answered ${String(result)}: ${String(at(answer, 'status', 'message'))}`,
          );
        },
      };
    },
  };
}

/** What status says of the gateway. */
export function gatewayRow(stack: KubeObject | undefined): unknown {
  const services = at(stack, 'status', 'services');
  return (Array.isArray(services) ? services : []).find((entry) => at(entry, 'name') === 'gateway');
}
