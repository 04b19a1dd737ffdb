import type { StoreBlueprint } from '../api/blueprints.ts';
import type { KubernetesObject } from '../api/object.ts';
import { containerSecurity, podSecurity } from './pod-security.ts';
import type { StoreServer } from './stores/server.ts';

/** One embedded store: a single server on the volume of the claim that has its name. */
export type StorePlace = {
  name: string;
  labels: Record<string, string>;
  podLabels: Record<string, string>;
  podAnnotations: Record<string, string>;
  blueprint: StoreBlueprint;
  server: StoreServer;
  image: string;
  pullPolicy: string;
  pullSecrets: readonly string[];
  resources: Record<string, unknown>;
  /** ConfigMap with the files of `server.init`. */
  initConfig: string;
};

/** The StatefulSet of an embedded store. */
export function buildStatefulSet(place: StorePlace): KubernetesObject {
  const { name, labels, blueprint } = place;
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, labels },
    spec: {
      replicas: 1,
      serviceName: name,
      // In order, a pod whose first image never came would also keep the corrected one from coming.
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: place.podLabels, annotations: place.podAnnotations },
        spec: {
          serviceAccountName: name,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: blueprint.terminationGracePeriodSeconds,
          ...(place.pullSecrets.length > 0 && {
            imagePullSecrets: place.pullSecrets.map((secret) => ({ name: secret })),
          }),
          securityContext: { ...podSecurity(blueprint.uid), fsGroupChangePolicy: 'OnRootMismatch' },
          containers: [buildServer(place)],
          volumes: buildVolumes(place),
        },
      },
    },
  };
}

function buildServer(place: StorePlace): Record<string, unknown> {
  const { blueprint, server } = place;
  // A TCP probe holds for the upstream image and for any stand-in: it needs no program inside the image.
  const probe = { tcpSocket: { port: blueprint.port }, timeoutSeconds: 3 };
  return {
    name: place.name,
    image: place.image,
    imagePullPolicy: place.pullPolicy,
    ...(server.args && { args: server.args }),
    env: server.env,
    ports: [{ name: 'tcp', containerPort: blueprint.port, protocol: 'TCP' }],
    resources: place.resources,
    startupProbe: { ...probe, periodSeconds: 2, failureThreshold: 150 },
    readinessProbe: { ...probe, periodSeconds: 5, failureThreshold: 3 },
    livenessProbe: { ...probe, periodSeconds: 10, failureThreshold: 6 },
    securityContext: { ...containerSecurity, readOnlyRootFilesystem: server.readOnlyRoot },
    volumeMounts: [
      { name: 'data', mountPath: blueprint.dataPath },
      ...server.scratch.map((mountPath, index) => ({ name: `scratch-${index}`, mountPath })),
      ...(server.init ? [{ name: 'init', mountPath: server.init.mountPath, readOnly: true }] : []),
    ],
  };
}

function buildVolumes({ name, server, initConfig }: StorePlace): Record<string, unknown>[] {
  return [
    { name: 'data', persistentVolumeClaim: { claimName: name } },
    ...server.scratch.map((_path, index) => ({ name: `scratch-${index}`, emptyDir: {} })),
    // Executable, so that an image runs the scripts apart from its own shell.
    ...(server.init ? [{ name: 'init', configMap: { name: initConfig, defaultMode: 0o555 } }] : []),
  ];
}
