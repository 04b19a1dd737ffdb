/** What the plugin reads of the cluster's objects. Operators of other versions may say more, or less. */
import type { EcommerceStack, ServiceStatus } from '../../operator/src/api/ecommercestack.ts';
import type { KubernetesObject, ObjectMeta } from '../../operator/src/api/object.ts';
import type { RolloutAction } from '../../operator/src/api/rolloutaction.ts';

/** The attempt of a canary as status tells it. */
export type AttemptSeen = {
  readonly state?: string;
  readonly revision?: string;
  readonly step?: number;
  readonly desired?: number;
  readonly given?: number;
  readonly weight?: number;
  readonly full?: boolean;
  readonly paused?: boolean;
  readonly since?: string;
  readonly spent?: number;
  readonly failures?: number;
  readonly ended?: string;
  readonly why?: string;
  readonly measurements?: readonly {
    readonly name: string;
    readonly value?: string | number;
    readonly verdict?: string;
  }[];
};

export type ServiceSeen = Omit<ServiceStatus, 'rollout' | 'pin'> & {
  readonly rollout?: AttemptSeen;
  readonly pin?: { readonly revision: string };
};

export type StackSeen = Omit<EcommerceStack, 'metadata' | 'status'> & {
  readonly metadata: ObjectMeta;
  readonly status?: Omit<NonNullable<EcommerceStack['status']>, 'services'> & {
    readonly services?: readonly ServiceSeen[];
  };
};

export type ActionSeen = Omit<RolloutAction, 'metadata'> & { readonly metadata: ObjectMeta };

/** One stack and all that was read around it. */
export type Picture = {
  readonly stack: StackSeen;
  readonly deployments: readonly KubernetesObject[];
  readonly statefulSets: readonly KubernetesObject[];
  readonly pods: readonly KubernetesObject[];
  readonly actions: readonly ActionSeen[];
  /** What could not be read, and why. */
  readonly gaps: readonly string[];
};
