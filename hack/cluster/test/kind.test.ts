import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { auditPolicy } from '../audit.ts';
import { istioOperator } from '../mesh/operator.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const read = (path: string): unknown => load(readFileSync(join(ROOT, path), 'utf8'));

describe('kind.yaml', () => {
  it('maps the gateway to loopback only, and takes the audit log out of the container', () => {
    expect(read('hack/cluster/kind.yaml')).toMatchObject({
      kind: 'Cluster',
      nodes: [
        {
          extraPortMappings: [{ containerPort: 8080, hostPort: 8080, listenAddress: '127.0.0.1' }],
          extraMounts: [{ hostPath: 'audit', containerPath: '/var/log/ecommercestack' }],
        },
      ],
    });
  });

  it('is what the workflow runs', () => {
    const workflow = read('.github/workflows/kind.yaml');
    expect(workflow).toMatchObject({ jobs: { up: { env: { CLUSTER: 'kind' } } } });
    expect(JSON.stringify(workflow)).toContain('"run":"npm run up"');
  });
});

describe('auditPolicy', () => {
  it('keeps bodies by default and thins only what the cluster’s own components read', () => {
    const { rules } = JSON.parse(JSON.stringify(auditPolicy()));
    expect(rules.at(-1)).toEqual({ level: 'RequestResponse' });
    for (const rule of rules.slice(0, -1)) {
      expect(rule.level).toBe('Metadata');
      expect(rule.nonResourceURLs ?? rule.verbs).toEqual(
        rule.nonResourceURLs ? ['/*'] : ['get', 'list', 'watch'],
      );
    }
    expect(JSON.stringify(rules)).not.toContain('"None"');
  });
});

describe('istioOperator', () => {
  const cni = { bin: '/b', conf: '/c', netns: '/n' };
  const gateway = { address: '127.0.0.1', port: 8080 };

  it('turns everything off that stock Envoy would reject', () => {
    expect(istioOperator({ images: { hub: 'h', tag: 't' }, cni, gateway })).toMatchObject({
      spec: {
        hub: 'h',
        tag: 't',
        values: {
          defaultRevision: 'default',
          telemetry: { enabled: false },
          global: { imagePullPolicy: 'Never' },
          pilot: { env: { PILOT_ENABLE_ALPN_FILTER: 'false' } },
          cni: { cniBinDir: '/b', cniConfDir: '/c', cniNetnsDir: '/n' },
        },
      },
    });
  });

  it('leaves Istio as it is released where its own images run', () => {
    const made = JSON.stringify(istioOperator({ cni, gateway }));
    expect(made).toContain('"telemetry":{"enabled":true}');
    expect(made).not.toMatch(/"hub"|imagePullPolicy|PILOT_/);
    expect(made).toContain('"value":"127.0.0.1"');
  });
});
