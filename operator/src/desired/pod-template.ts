import { blueprints } from '../api/blueprints.ts';
import type { CompletedProbe } from '../api/completed.ts';
import { labelKeys, podLabels, servesLabel } from './labels.ts';
import { names } from './names.ts';
import { containerSecurity, podSecurity } from './pod-security.ts';
import type { RevisionIntent } from './revision.ts';
import { buildScheduling } from './scheduling.ts';

/** Annotation of pods: the version of the Secret for which they were restarted last. */
const restartAnnotation = 'ecommercestack.dev/restarted-for';

/** The pods of one revision: a function of its intent, its names, the last restart and nothing else. */
export function buildPodTemplate(place: {
  stack: string;
  name: string;
  revision: string;
  intent: RevisionIntent;
  restart?: string;
}): Record<string, unknown> {
  const { stack, name: deployment, revision, intent, restart } = place;
  const { pod } = intent;
  return {
    metadata: {
      labels: {
        ...pod.labels,
        ...podLabels(stack, intent.object, 'service', intent.version),
        ...Object.fromEntries(intent.serves.map((service) => [servesLabel(service), 'true'])),
        [labelKeys.service]: intent.service,
        [labelKeys.revision]: revision,
        [labelKeys.deployment]: deployment,
        ...(intent.meshed && { 'sidecar.istio.io/inject': 'true' }),
      },
      annotations: {
        'kubectl.kubernetes.io/default-container': intent.object,
        ...pod.annotations,
        ...(restart !== undefined && { [restartAnnotation]: restart }),
      },
    },
    spec: {
      serviceAccountName: intent.object,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: pod.terminationGracePeriodSeconds,
      ...buildScheduling(intent, deployment),
      ...(intent.pullSecrets.length > 0 && {
        imagePullSecrets: intent.pullSecrets.map((name) => ({ name })),
      }),
      securityContext: podSecurity(intent.runAsUser),
      containers: [buildContainer(intent)],
      volumes: [
        { name: 'tmp', emptyDir: {} },
        { name: 'revision', configMap: { name: names.revisionConfig(intent.object, revision) } },
        { name: 'policy', configMap: { name: names.policyConfig(intent.object), optional: true } },
      ],
    },
  };
}

function buildContainer(intent: RevisionIntent): Record<string, unknown> {
  const { revisionPath, policyPath } = blueprints[intent.blueprint].service;
  const { preStopSleepSeconds } = intent;
  return {
    name: intent.object,
    image: intent.image,
    imagePullPolicy: intent.pullPolicy,
    ports: [{ name: 'http', containerPort: intent.port, protocol: 'TCP' }],
    ...(intent.envFrom.length > 0 && { envFrom: intent.envFrom }),
    env: intent.env,
    resources: intent.resources,
    livenessProbe: toProbe(intent.probes.liveness),
    readinessProbe: toProbe(intent.probes.readiness),
    startupProbe: toProbe(intent.probes.startup),
    ...(preStopSleepSeconds !== undefined && {
      lifecycle: { preStop: { sleep: { seconds: preStopSleepSeconds } } },
    }),
    securityContext: containerSecurity,
    volumeMounts: [
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'revision', mountPath: revisionPath, readOnly: true },
      { name: 'policy', mountPath: policyPath, readOnly: true },
    ],
  };
}

function toProbe(probe: CompletedProbe): Record<string, unknown> {
  const { path, port, initialDelaySeconds, ...timing } = probe;
  // The API server drops a delay of 0, so it is never sent.
  return {
    httpGet: { path, port },
    ...(initialDelaySeconds > 0 && { initialDelaySeconds }),
    ...timing,
  };
}
