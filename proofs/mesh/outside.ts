import type { ServiceName } from '../../packages/contracts/src/topology.ts';
import { serviceRow } from '../../packages/contracts/src/topology.ts';
import { at } from '../kube/object.ts';
import { waitFor } from '../kube/wait.ts';
import type { Random } from '../random.ts';
import type { Target } from '../target.ts';
import type { Finding } from './finding.ts';
import { readyPods, runInPod } from './pod-script.ts';

type Attempt = { readonly connected: boolean; readonly bytes: number; readonly end: string };

/** Plain text from a pod that has no identity in the mesh reaches each service's port and gets not one byte back. */
export async function checkOutsider(
  target: Target,
  services: readonly ServiceName[],
  random: Random,
): Promise<Finding[]> {
  const { kube, stack } = target;
  const namespace = `prove-outside-${random.integer(1, 1_000_000)}`;
  const [model] = await readyPods(target, serviceRow(services[0] ?? 'user').objectName);
  if (model === undefined)
    return [{ what: 'a call from outside the mesh', problem: 'no pod to take the image from' }];
  const containers = at(model, 'spec', 'containers');
  const image = (Array.isArray(containers) ? containers : [])
    .filter((container) => !String(at(container, 'name')).startsWith('istio-'))
    .map((container) => String(at(container, 'image')))[0];
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } });
  try {
    await waitFor(
      'the default ServiceAccount',
      () => kube.get({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: 'default' }),
      30_000,
    );
    const created = await kube.create(outsider(namespace, image ?? ''));
    const pod = await waitFor(
      'the pod outside the mesh to run',
      async () => {
        const live = await kube.get({
          apiVersion: 'v1',
          kind: 'Pod',
          namespace,
          name: created.metadata.name,
        });
        return at(live, 'status', 'phase') === 'Running' ? live : undefined;
      },
      60_000,
    );
    const hosts = services.map(
      (service) => `${serviceRow(service).objectName}.${stack.namespace}.svc.cluster.local`,
    );
    const attempts = await runInPod<Attempt[]>(target, pod, script(hosts));
    return services.map((service, index) => ({
      what: `plain text from outside the mesh to ${service}`,
      problem: judgeAttempt(attempts[index]),
    }));
  } finally {
    await kube.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  }
}

/** A refusal is a connection that the pod's proxy took and closed without a byte; one that never came about shows nothing. */
export function judgeAttempt(attempt: Attempt | undefined): string | undefined {
  if (attempt === undefined) return 'was not tried';
  if (!attempt.connected) return `did not get as far as the proxy: ${attempt.end}`;
  return attempt.bytes > 0 ? `was answered with ${attempt.bytes} bytes` : undefined;
}

function outsider(namespace: string, image: string) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'outsider', namespace, labels: { 'sidecar.istio.io/inject': 'false' } },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'outsider',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['node', '-e', 'setInterval(() => {}, 1 << 30)'],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  };
}

function script(hosts: readonly string[]): string {
  return `
    import { connect } from 'node:net';
    const attempt = (host) => new Promise((done) => {
      let connected = false;
      let bytes = 0;
      const socket = connect(80, host, () => {
        connected = true;
        socket.write('GET /openapi.json HTTP/1.1\\r\\nHost: ' + host + '\\r\\nConnection: close\\r\\n\\r\\n');
      });
      const end = (why) => { socket.destroy(); done({ connected, bytes, end: String(why) }); };
      socket.setTimeout(10000, () => end('silence'));
      socket.on('data', (part) => { bytes += part.length; });
      socket.on('error', (error) => end(error.code));
      socket.on('close', () => end('closed'));
    });
    const attempts = [];
    for (const host of ${JSON.stringify(hosts)}) attempts.push(await attempt(host));
    console.log(JSON.stringify(attempts));`;
}
