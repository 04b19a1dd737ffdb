import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { currentCluster } from '../../hack/cluster/index.ts';
import { killCgroup } from '../../hack/cluster/local/cgroups.ts';
import { NODE } from '../../hack/cluster/local/layout.ts';
import { topology } from '../../packages/contracts/src/topology.ts';
import { runCommand } from '../../proofs/command.ts';
import { at } from '../../proofs/kube/object.ts';
import { clusterTarget, type Target } from '../../proofs/target.ts';

let target: Target;
const kubectl = (...args: string[]) =>
  runCommand(join(target.toolsBin, 'kubectl'), ['--kubeconfig', target.kubeconfig, ...args]);

beforeAll(async () => {
  target = await clusterTarget((line) => console.log(line));
});

afterAll(() => target.close());

test('kubectl get ecs -A says Ready', async () => {
  const { out } = await kubectl('get', 'ecs', '-A', '--no-headers');
  const line = out.split('\n').find((row) => row.startsWith(`${target.stack.namespace} `));
  expect(line).toMatch(/\bTrue\b/);
});

test('every service of the table runs, and every pod of the cluster is Running or Completed', async () => {
  const pods = await target.kube.list('v1', 'Pod');
  const odd = pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .filter((pod) => !['Running', 'Succeeded'].includes(String(at(pod, 'status', 'phase'))));
  expect(odd.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual([]);
  const apps = new Set(pods.map(({ metadata }) => metadata.labels?.['app']));
  expect(topology.filter(({ objectName }) => !apps.has(objectName))).toEqual([]);
});

test('products are read and written through ingress gateway, api-gateway and product', async () => {
  const products = new URL('/api/v1/products', target.url);
  const listed = await fetch(products);
  expect(listed.status).toBe(200);
  expect(await listed.json()).toHaveProperty('items');
  const sku = `E2E-${Date.now()}`;
  const price = { currency: 'EUR', minor: '1299' };
  const created = await fetch(products, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': sku },
    body: JSON.stringify({ sku, name: 'A thing', category: 'kitchen', price }),
  });
  expect(created.status, await created.clone().text()).toBe(201);
  const { id } = Object(await created.json());
  const read = await fetch(new URL(`/api/v1/products/${id}`, target.url));
  expect(await read.json()).toMatchObject({ sku, price });
});

test.each([
  ['tok_visa', 'CONFIRMED', 'completed'],
  ['tok_declined', 'CANCELLED', 'failed'],
])(
  'an order paid with %s ends %s, through six services and the broker',
  async (paymentToken, end, payment) => {
    const orders = new URL('/api/v1/orders', target.url);
    const products = await fetch(new URL('/api/v1/products?sku=MUG-01', target.url));
    const [product] = Object(await products.json()).items;
    const shippingAddress = {
      ...{ name: 'Ann', street: 'Way 1', city: 'Town' },
      ...{ postalCode: '12345', country: 'DE' },
    };
    const placed = await fetch(orders, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `e2e-${paymentToken}-${Date.now()}` },
      body: JSON.stringify({
        ...{ customerId: 'ann', paymentToken, shippingAddress },
        items: [{ productId: product.id, quantity: 1 }],
      }),
    });
    expect(placed.status, await placed.clone().text()).toBe(201);
    const { id } = Object(await placed.json());
    const read = async (path: string) =>
      (await fetch(new URL(`/api/v1/orders/${id}${path}`, target.url))).json();
    await expect.poll(() => read(''), { timeout: 60_000, interval: 500 }).toMatchObject({ status: end });
    const { steps } = Object(await read('/saga'));
    expect(steps[2]).toMatchObject({ action: 'ProcessPayment', status: payment });
  },
);

test('helm test passes', async () => {
  const namespace = target.operator.deployment?.namespace ?? '';
  const args = [
    'test',
    'ecommercestack-operator',
    '--kubeconfig',
    target.kubeconfig,
    '-n',
    namespace,
    '--logs',
  ];
  const { code, out, err } = await runCommand(join(target.toolsBin, 'helm'), args);
  expect(`${out}${err}`).not.toContain('FAILED');
  expect(code, err).toBe(0);
});

const up = () => runCommand(process.execPath, [join(import.meta.dirname, '../../hack/cluster/cli.ts'), 'up']);

test('a second npm run up takes under 60 s', { timeout: 120_000 }, async () => {
  const started = performance.now();
  const { code, err } = await up();
  expect(code, err).toBe(0);
  expect(performance.now() - started).toBeLessThan(60_000);
});

test.runIf(currentCluster()?.provider === 'local')(
  'after a loss of power npm run up brings back the cluster, and what the shop knew',
  { timeout: 600_000 },
  async () => {
    const listed = async () => {
      const { items } = Object(await (await fetch(new URL('/api/v1/products?limit=100', target.url))).json());
      return items.map(({ id }: { id: string }) => id).sort();
    };
    const products = await listed();
    expect(products).not.toEqual([]);
    await killCgroup(NODE.cgroup);
    const { code, err } = await up();
    expect(code, err).toBe(0);
    expect(await listed()).toEqual(products);
  },
);
