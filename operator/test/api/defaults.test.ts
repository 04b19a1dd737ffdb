import { serviceNames, topology } from '@ecommercestack/contracts/topology';
import { describe, expect, it } from 'vitest';
import { completeStack } from '../../src/api/defaults.ts';
import { ecommerceStack } from '../../src/api/ecommercestack.ts';
import { examples } from './examples.ts';
import { completedOf, serviceOf, stackOf } from './stacks.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('a minimal stack', () => {
  const stack = completedOf();

  it('has every built-in service on its own, in table order', () => {
    expect(stack.services.map((service) => service.name)).toEqual([...serviceNames]);
    expect(stack.services.every((service) => service.placement === 'Standalone' && !service.custom)).toBe(
      true,
    );
    expect(stack.monolith).toBeUndefined();
  });

  it('names images after registry, object and version', () => {
    expect(serviceOf(stack, 'user').image).toBe('ecommercestack/user-service:v1.2.3');
    expect(serviceOf(stack, 'gateway').image).toBe('ecommercestack/api-gateway:v1.2.3');
  });

  it('embeds every store and the bus, named after the stack, for those who use them', () => {
    expect(stack.stores.map(({ objectName, mode }) => [objectName, mode])).toEqual([
      ['shop-postgres', 'Embedded'],
      ['shop-mongodb', 'Embedded'],
      ['shop-redis', 'Embedded'],
      ['shop-search', 'Embedded'],
    ]);
    expect(stack.stores[1]?.usedBy).toEqual(['product']);
    expect(stack.eventBus).toMatchObject({ objectName: 'shop-kafka', mode: 'Embedded', partitions: 3 });
    expect(stack.eventBus.topics).toContain('shop.order.v1');
  });

  it('lets the api-gateway take / at the Istio gateway, for every host', () => {
    expect(stack.exposure).toMatchObject({
      type: 'IstioGateway',
      hosts: [],
      routes: [{ path: '/', service: 'gateway', objectName: 'api-gateway', port: 80 }],
      edge: {
        principal: 'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account',
        namespace: 'istio-system',
      },
    });
  });

  it('exposes nothing without a mesh unless told how', () => {
    expect(completedOf({ mesh: { type: 'None' } }).exposure).toMatchObject({ type: 'None', routes: [] });
  });

  it('leaves no trace of who completed it: the same stack gives the same result', () => {
    expect(completedOf()).toEqual(stack);
  });
});

describe('the call graph', () => {
  const stack = completedOf({
    services: [
      { name: 'user', authorization: { methods: ['GET', 'POST'] } },
      { name: 'review', calls: [{ service: 'loyalty', methods: ['POST'] }] },
    ],
    customServices: [
      {
        name: 'loyalty',
        image: { repository: 'example.com/loyalty', tag: 'v1' },
        calls: [{ service: 'user' }],
        authorization: { allow: [{ principal: 'cluster.local/ns/crm/sa/sync', paths: ['/points'] }] },
      },
    ],
    mesh: { authorization: { allow: [{ principal: 'cluster.local/ns/monitoring/sa/prometheus' }] } },
  });

  it('gives each callee exactly the callers of the table and of the spec', () => {
    for (const row of topology) {
      const callers = serviceOf(stack, row.name)
        .callers.flatMap(({ service }) => (service === undefined ? [] : [service]))
        .filter((name) => name !== 'loyalty');
      const declared = topology.filter(({ calls }) => calls.some(({ to }) => to === row.name));
      expect(callers).toEqual(declared.map(({ name }) => name));
    }
  });

  it('narrows methods where the callee says so', () => {
    const [admin, gateway] = serviceOf(stack, 'user').callers;
    expect(admin).toMatchObject({ service: 'admin', methods: ['GET', 'POST'] });
    expect(gateway).toEqual({
      service: 'gateway',
      principal: 'cluster.local/ns/shop/sa/api-gateway',
      methods: ['GET', 'POST'],
    });
  });

  it('adds callers from outside, for one service or for all', () => {
    expect(serviceOf(stack, 'loyalty').callers).toEqual([
      { service: 'review', principal: 'cluster.local/ns/shop/sa/review-service', methods: ['POST'] },
      { principal: 'cluster.local/ns/monitoring/sa/prometheus', methods: ['GET', 'HEAD'] },
      { principal: 'cluster.local/ns/crm/sa/sync', methods: ['GET', 'HEAD'], paths: ['/points'] },
    ]);
  });

  it('gives each caller the address of the callee', () => {
    expect(serviceOf(stack, 'review').calls).toEqual([
      {
        service: 'loyalty',
        objectName: 'loyalty',
        variable: 'LOYALTY_URL',
        url: 'http://loyalty',
        methods: ['POST'],
      },
    ]);
    expect(serviceOf(stack, 'order').calls.map(({ variable, url }) => [variable, url])).toEqual([
      ['CART_URL', 'http://cart-service'],
      ['PRODUCT_URL', 'http://product-service'],
    ]);
  });

  it('lets the edge call what it routes to, and nothing else', () => {
    const withEdge = stack.services.filter(({ callers }) => callers.some(({ edge }) => edge === true));
    expect(withEdge.map(({ name }) => name)).toEqual(['gateway']);
  });

  it('counts no caller that does not run, but keeps its own calls addressed', () => {
    const disabled = completedOf({ services: [{ name: 'order', placement: 'Disabled' }] });
    expect(serviceOf(disabled, 'cart').callers.map(({ service }) => service)).toEqual(['gateway']);
    expect(serviceOf(disabled, 'gateway').calls.map(({ service }) => service)).toContain('order');
  });

  it('adds the port to addresses other than 80, and takes the address of what runs elsewhere', () => {
    const stackWithPorts = completedOf({
      services: [
        { name: 'product', servicePort: 8081 },
        { name: 'cart', placement: 'External', external: { url: 'https://cart.example.com' } },
      ],
    });
    expect(serviceOf(stackWithPorts, 'order').calls.map(({ url }) => url)).toEqual([
      'https://cart.example.com',
      'http://product-service:8081',
    ]);
  });
});

describe('placement', () => {
  it('puts built-in services into the monolith, custom ones beside it', () => {
    const stack = completedOf({
      topology: 'Monolith',
      services: [{ name: 'gateway', placement: 'Standalone' }],
      customServices: [{ name: 'loyalty', image: { repository: 'example.com/loyalty', tag: 'v1' } }],
    });
    expect(stack.monolith).toMatchObject({
      objectName: 'shop',
      image: 'ecommercestack/shop:v1.2.3',
      replicas: 1,
    });
    expect(stack.monolith?.services).toEqual(serviceNames.filter((name) => name !== 'gateway'));
    expect(serviceOf(stack, 'user').principal).toBe('cluster.local/ns/shop/sa/shop');
    expect(serviceOf(stack, 'loyalty').placement).toBe('Standalone');
  });

  it('makes no store and no bus that no running service uses', () => {
    const services = serviceNames
      .filter((name) => name !== 'storefront')
      .map((name) => ({ name, placement: 'Disabled' }));
    const stack = completedOf({ services });
    expect(stack.stores.map(({ usedBy }) => usedBy)).toEqual([[], [], [], []]);
    expect(stack.eventBus).toMatchObject({ usedBy: [], topics: [] });
    expect(stack.exposure.routes).toEqual([]);
  });
});

describe('workloads', () => {
  const user = (fields: object, spec: object = {}) =>
    serviceOf(completedOf({ ...spec, services: [{ name: 'user', ...fields }] }), 'user');

  it('take image and version from image, tag or digest', () => {
    expect(user({ image: { repository: 'r/u', tag: 'v9' } })).toMatchObject({
      image: 'r/u:v9',
      version: 'v9',
    });
    expect(user({ image: { repository: 'r/u', digest } })).toMatchObject({
      image: `r/u@${digest}`,
      version: '0123456789ab',
    });
    expect(user({ version: 'v2' }, { imageDefaults: { registry: 'reg.example.com/shop' } })).toMatchObject({
      image: 'reg.example.com/shop/user-service:v2',
      version: 'v2',
    });
  });

  it('take replicas and budgets from the profile', () => {
    expect(user({})).toMatchObject({ replicas: 1, disruptionBudget: undefined });
    expect(user({}, { profile: 'Production' })).toMatchObject({
      replicas: 2,
      disruptionBudget: { maxUnavailable: 1 },
    });
    expect(user({ replicas: 1 }, { profile: 'Production' }).disruptionBudget).toBeUndefined();
    expect(serviceOf(completedOf({ profile: 'Production' }), 'gateway').replicas).toBe(3);
  });

  it('never let a default contradict what is given', () => {
    expect(user({ resources: { requests: { memory: '1Gi', cpu: 3 } } }).resources).toEqual({
      requests: { memory: '1Gi', cpu: '3' },
      limits: { memory: '1Gi', cpu: '3' },
    });
    expect(user({ resources: { limits: { memory: '32Mi' } } }).resources).toMatchObject({
      requests: { memory: '32Mi' },
      limits: { memory: '32Mi' },
    });
  });

  it('turn durations into seconds', () => {
    const probes = { liveness: { initialDelay: '30s', period: '1m30s' } };
    expect(user({ probes }).probes).toMatchObject({
      liveness: {
        path: '/health',
        port: 8080,
        initialDelaySeconds: 30,
        periodSeconds: 90,
        timeoutSeconds: 5,
      },
      readiness: { path: '/ready', port: 8080, initialDelaySeconds: 0, periodSeconds: 5 },
    });
    expect(user({ rollout: { progressDeadline: '1h' } }).rollout.progressDeadlineSeconds).toBe(3600);
  });

  it('merge resilience member by member: service, mesh, default', () => {
    const mesh = { resilience: { timeout: '9s', retries: { attempts: 5, retryOn: ['5xx'] } } };
    const { resilience } = user({ resilience: { retries: { attempts: 0 } } }, { mesh });
    expect(resilience).toMatchObject({
      timeout: '9s',
      retries: { attempts: 0, on: ['5xx'] },
      outlierDetection: { interval: '10s' },
    });
  });

  it('take store addresses from their own Secret, else from that of the stack, else from nobody', () => {
    const data = { postgres: { mode: 'External', secretRef: { name: 'pg', keys: { order: 'orders' } } } };
    const stack = completedOf({
      data,
      services: [{ name: 'user', data: { postgres: { secretRef: { name: 'own' } } } }],
    });
    const secretOf = (name: string) => serviceOf(stack, name).stores[0]?.secret;
    expect(secretOf('user')).toEqual({ name: 'own', key: 'url' });
    expect(secretOf('order')).toEqual({ name: 'pg', key: 'orders' });
    expect(secretOf('payment')).toEqual({ name: 'pg', key: 'payment' });
    expect(secretOf('product')).toBeUndefined();
  });
});

describe('the edge', () => {
  it('orders routes by length, longest first', () => {
    const routes = [
      { path: '/', service: 'gateway' },
      { path: '/users/me', service: 'user' },
      { path: '/users', service: 'user' },
    ];
    expect(completedOf({ exposure: { routes } }).exposure.routes.map(({ path }) => path)).toEqual([
      '/users/me',
      '/users',
      '/',
    ]);
  });

  it('is a known caller behind a meshed Ingress only', () => {
    const principal = 'cluster.local/ns/ingress-nginx/sa/ingress-nginx';
    expect(completedOf({ exposure: { type: 'Ingress' } }).exposure.edge).toBeUndefined();
    expect(
      completedOf({ exposure: { type: 'Ingress', ingress: { meshed: true, principal } } }).exposure.edge,
    ).toEqual({
      principal,
      namespace: 'ingress-nginx',
    });
  });
});

describe('every example', () => {
  it.each(examples.flatMap(({ file, documents }) => documents.map((document) => [file, document] as const)))(
    '%s completes, and the result holds no undefined service',
    (_, document) => {
      const stack = completeStack(ecommerceStack.parse(document));
      expect(stack.services.length).toBeGreaterThanOrEqual(serviceNames.length);
      for (const service of stack.services) {
        expect(service.image).toMatch(/^[^ ]+[:@][^ ]+$/);
        expect(service.principal).toContain(`/ns/${stack.metadata.namespace}/sa/`);
      }
    },
  );

  it('does not change what it reads', () => {
    const stack = stackOf({ services: [{ name: 'user' }] });
    const before = structuredClone(stack);
    completeStack(stack);
    expect(stack).toEqual(before);
  });
});
