import type { KubernetesObject } from '../api/object.ts';

/** Whether pods take connections without mesh identity; without a selector it holds for the whole namespace. */
export function buildPeerAuthentication(peer: {
  name: string;
  labels: Record<string, string>;
  selector?: Record<string, string>;
  mode: 'STRICT' | 'PERMISSIVE';
  /** Modes of single container ports, where they differ. */
  ports?: Record<string, 'STRICT' | 'PERMISSIVE'>;
}): KubernetesObject {
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    metadata: { name: peer.name, labels: peer.labels },
    spec: {
      ...(peer.selector && { selector: { matchLabels: peer.selector } }),
      mtls: { mode: peer.mode },
      ...(peer.ports && {
        portLevelMtls: Object.fromEntries(Object.entries(peer.ports).map(([port, mode]) => [port, { mode }])),
      }),
    },
  };
}
