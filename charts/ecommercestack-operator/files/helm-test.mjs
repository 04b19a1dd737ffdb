// What `helm test` runs in the operator's own image: the operator answers as ready, and the API server accepts a
// stack that is right and refuses one that is wrong, naming the place. Nothing is written (dry run).
import { readFileSync } from 'node:fs';
import { request } from 'node:https';

const account = '/var/run/secrets/kubernetes.io/serviceaccount';
const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port, NAMESPACE, OPERATOR } = process.env;

function dryRun(spec) {
  const body = JSON.stringify({
    apiVersion: 'ecommercestack.dev/v1alpha1',
    kind: 'EcommerceStack',
    metadata: { name: 'helm-test', namespace: NAMESPACE },
    spec,
  });
  return new Promise((done, failed) => {
    const call = request(
      {
        host,
        port,
        method: 'POST',
        path: `/apis/ecommercestack.dev/v1alpha1/namespaces/${NAMESPACE}/ecommercestacks?dryRun=All`,
        ca: readFileSync(`${account}/ca.crt`),
        headers: {
          authorization: `Bearer ${readFileSync(`${account}/token`, 'utf8')}`,
          'content-type': 'application/json',
        },
      },
      (response) => {
        let text = '';
        response.on('data', (part) => {
          text += part;
        });
        response.on('end', () => done({ status: response.statusCode, text }));
      },
    );
    call.on('error', failed);
    call.end(body);
  });
}

function expect(what, ok, seen) {
  console.log(`${ok ? 'ok     ' : 'FAILED '} ${what}${ok ? '' : `: ${seen}`}`);
  if (!ok) process.exitCode = 1;
}

if (OPERATOR === undefined) {
  console.log('skipped the operator answers /metrics: metrics.service.enabled is false');
} else {
  const metrics = await fetch(`http://${OPERATOR}/metrics`);
  const text = await metrics.text();
  expect('the operator answers /metrics', metrics.ok && text.includes('ecommercestack_'), metrics.status);
}

const accepted = await dryRun({ version: 'v1.2.3' });
expect('the smallest stack is accepted', accepted.status === 201, accepted.text);

const refused = await dryRun({ version: 'v1.2.3', topology: 'Pyramid' });
expect('a wrong one is refused by path', refused.status === 422 && refused.text.includes('spec.topology'), refused.text);
