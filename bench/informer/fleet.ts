/**
 * Deployments as kube-apiserver 1.37 sends them: members in the order of the Go types, defaults filled in, managed fields
 * of the tool that made them and of the controller that keeps their status. About 3.3 KB each, of which half are managed fields.
 */
export type Deployment = {
  readonly spec: unknown;
  readonly status: unknown;
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string };
};

const epoch = Date.UTC(2026, 0, 1);
const shops = ['cart', 'catalogue', 'checkout', 'email', 'payment', 'pricing', 'search', 'shipping'];

/** The `turn`-th state of the `index`-th Deployment, as JSON of the version that the caller gives. */
export function deploymentAt(index: number, turn: number, version: number): Deployment {
  const name = `${shops[index % shops.length]}-${index.toString(36)}`;
  const image = `registry.example.com/shop/${shops[index % shops.length]}:v1.${index % 17}.${index % 5}`;
  return {
    metadata: metadataOf(index, name, turn, version),
    spec: {
      replicas: 1 + (index % 5),
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { creationTimestamp: null, labels: { app: name, tier: index % 3 === 0 ? 'edge' : 'core' } },
        spec: {
          containers: [
            {
              name: shops[index % shops.length],
              image,
              ports: [{ containerPort: 8080 + (index % 3), protocol: 'TCP' }],
              resources: {
                requests: { cpu: `${100 + 50 * (index % 4)}m`, memory: `${64 << (index % 4)}Mi` },
              },
              terminationMessagePath: '/dev/termination-log',
              terminationMessagePolicy: 'File',
              imagePullPolicy: 'IfNotPresent',
            },
          ],
          restartPolicy: 'Always',
          terminationGracePeriodSeconds: 30,
          dnsPolicy: 'ClusterFirst',
          securityContext: {},
          schedulerName: 'default-scheduler',
        },
      },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    },
    status: statusOf(index, name, turn),
  };
}

function metadataOf(index: number, name: string, turn: number, version: number) {
  return {
    name,
    namespace: `team-${index % 40}`,
    uid: uidOf(index),
    resourceVersion: String(version),
    generation: 1 + (index % 9),
    creationTimestamp: timeOf(index),
    labels: { app: name, 'app.kubernetes.io/part-of': 'shop', tier: index % 3 === 0 ? 'edge' : 'core' },
    annotations: { 'deployment.kubernetes.io/revision': String(1 + (index % 9)) },
    managedFields: [
      {
        manager: 'kubectl-create',
        operation: 'Update',
        apiVersion: 'apps/v1',
        time: timeOf(index),
        fieldsType: 'FieldsV1',
        fieldsV1: authorsFields(shops[index % shops.length] ?? '', 8080 + (index % 3)),
      },
      {
        manager: 'kube-controller-manager',
        operation: 'Update',
        apiVersion: 'apps/v1',
        time: timeOf(index + 60 * turn),
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:metadata': revisionFields, 'f:status': statusFields },
        subresource: 'status',
      },
    ],
  };
}

function statusOf(index: number, name: string, turn: number) {
  const replicas = 1 + (index % 5);
  const ready = turn % (replicas + 1);
  return {
    observedGeneration: 1 + (index % 9),
    replicas,
    updatedReplicas: replicas,
    ...(ready > 0 && { readyReplicas: ready, availableReplicas: ready }),
    ...(ready < replicas && { unavailableReplicas: replicas - ready }),
    conditions: [
      {
        type: 'Progressing',
        status: 'True',
        lastUpdateTime: timeOf(index + 7),
        lastTransitionTime: timeOf(index),
        reason: 'NewReplicaSetAvailable',
        message: `ReplicaSet "${name}-${(index * 7_919 + 65_536).toString(36)}" has successfully progressed.`,
      },
      {
        type: 'Available',
        status: ready === replicas ? 'True' : 'False',
        lastUpdateTime: timeOf(index + 60 * turn),
        lastTransitionTime: timeOf(index + 60 * turn),
        reason: ready === replicas ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
        message: `Deployment ${ready === replicas ? 'has' : 'does not have'} minimum availability.`,
      },
    ],
  };
}

const none = {};
const revisionFields = { 'f:annotations': { '.': none, 'f:deployment.kubernetes.io/revision': none } };
const conditionFields = {
  '.': none,
  'f:lastTransitionTime': none,
  'f:lastUpdateTime': none,
  'f:message': none,
  'f:reason': none,
  'f:status': none,
  'f:type': none,
};
const statusFields = {
  'f:availableReplicas': none,
  'f:conditions': {
    '.': none,
    'k:{"type":"Available"}': conditionFields,
    'k:{"type":"Progressing"}': conditionFields,
  },
  'f:observedGeneration': none,
  'f:readyReplicas': none,
  'f:replicas': none,
  'f:updatedReplicas': none,
};

/** What the API server notes for a tool that sends the whole object: the defaults as well. */
function authorsFields(container: string, port: number) {
  const containerFields = {
    '.': none,
    'f:image': none,
    'f:imagePullPolicy': none,
    'f:name': none,
    'f:ports': {
      '.': none,
      [`k:{"containerPort":${port},"protocol":"TCP"}`]: {
        '.': none,
        'f:containerPort': none,
        'f:protocol': none,
      },
    },
    'f:resources': { '.': none, 'f:requests': { '.': none, 'f:cpu': none, 'f:memory': none } },
    'f:terminationMessagePath': none,
    'f:terminationMessagePolicy': none,
  };
  return {
    'f:metadata': {
      'f:labels': { '.': none, 'f:app': none, 'f:app.kubernetes.io/part-of': none, 'f:tier': none },
    },
    'f:spec': {
      'f:progressDeadlineSeconds': none,
      'f:replicas': none,
      'f:revisionHistoryLimit': none,
      'f:selector': none,
      'f:strategy': {
        'f:rollingUpdate': { '.': none, 'f:maxSurge': none, 'f:maxUnavailable': none },
        'f:type': none,
      },
      'f:template': {
        'f:metadata': { 'f:labels': { '.': none, 'f:app': none, 'f:tier': none } },
        'f:spec': {
          'f:containers': { [`k:{"name":"${container}"}`]: containerFields },
          'f:dnsPolicy': none,
          'f:restartPolicy': none,
          'f:schedulerName': none,
          'f:securityContext': none,
          'f:terminationGracePeriodSeconds': none,
        },
      },
    },
  };
}

/** Different for each Deployment and the same in every run. */
function uidOf(index: number): string {
  const digits = ((index + 1) * 2_654_435_761).toString(16).padStart(12, '0').slice(-12);
  return `5f0c${digits.slice(0, 4)}-${digits.slice(4, 8)}-4d1e-9a3b-${digits}`;
}

function timeOf(second: number): string {
  return `${new Date(epoch + second * 1000).toISOString().slice(0, 19)}Z`;
}
