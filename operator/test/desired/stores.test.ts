import { serviceRow } from '@ecommercestack/contracts/topology';
import { describe, expect, test } from 'vitest';
import { kindOf } from '../../src/api/kinds.ts';
import type { KubernetesObject } from '../../src/api/object.ts';
import { isRetained } from '../../src/desired/retention.ts';
import { generatedValue } from '../../src/desired/secret.ts';
import { aStack, objectsOf, pick } from '../../src/testing/a-stack.ts';

type Spec = Parameters<typeof aStack>[0];
type Variable = {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef?: { name: string; key: string } };
};

function environmentOf(objects: readonly KubernetesObject[], deployment: string): Map<string, Variable> {
  const { template } = pick(objects, 'Deployment', deployment).spec as {
    template: { spec: { containers: { env: Variable[] }[] } };
  };
  return new Map(template.spec.containers[0]?.env.map((variable) => [variable.name, variable]));
}

describe('addresses of embedded stores', () => {
  const objects = objectsOf(aStack());

  test('are put together from a password variable that comes before them', () => {
    const env = environmentOf(objects, 'order-service');
    expect(env.get('DATABASE_PASSWORD')?.valueFrom).toEqual({
      secretKeyRef: { name: 'shop-postgres', key: 'order' },
    });
    expect(env.get('DATABASE_URL')?.value).toBe(
      'postgres://order:$(DATABASE_PASSWORD)@shop-postgres:5432/order',
    );
    const order = [...env.keys()];
    expect(order.indexOf('DATABASE_PASSWORD')).toBeLessThan(order.indexOf('DATABASE_URL'));
    expect(env.get('KAFKA_BROKERS')?.value).toBe('shop-kafka:9092');
  });

  test('keep services apart: another database and another role each', () => {
    const urls = ['user', 'order', 'payment'].map(
      (name) => environmentOf(objects, `${name}-service`).get('DATABASE_URL')?.value,
    );
    expect(new Set(urls).size).toBe(3);
    const numbers = ['cart-service', 'api-gateway'].map(
      (name) => environmentOf(objects, name).get('REDIS_URL')?.value,
    );
    expect(numbers).toEqual([
      'redis://:$(REDIS_PASSWORD)@shop-redis:6379/0',
      'redis://:$(REDIS_PASSWORD)@shop-redis:6379/1',
    ]);
  });

  test('reach a service only when its row declares the store', () => {
    expect([...environmentOf(objects, 'storefront').keys()]).not.toContain('KAFKA_BROKERS');
    expect([...environmentOf(objects, 'payment-service').keys()]).not.toContain('REDIS_URL');
  });

  test('come with every other variable of the process contract', () => {
    const env = environmentOf(objects, 'cart-service');
    const names = ['SERVICE', 'SERVICE_VERSION', 'PORT', 'POD_NAME', 'POD_NAMESPACE'];
    for (const { to } of serviceRow('cart').calls) names.push(`${to.toUpperCase()}_URL`);
    expect([...env.keys()]).toEqual(expect.arrayContaining(names));
    expect(env.get('PRODUCT_URL')?.value).toBe('http://product-service');
    expect(env.get('SERVICE')?.value).toBe('cart');
  });

  test('give way to a variable of the user, which may refer to his own', () => {
    const own: Spec = {
      services: [
        {
          name: 'order',
          env: [
            { name: 'MY_PASSWORD', valueFrom: { secretKeyRef: { name: 'mine', key: 'p' } } },
            { name: 'DATABASE_URL', value: 'postgres://me:$(MY_PASSWORD)@db/orders' },
          ],
        },
      ],
    };
    const env = environmentOf(objectsOf(aStack(own)), 'order-service');
    expect(env.get('DATABASE_URL')?.value).toContain('@db/orders');
    const order = [...env.keys()];
    expect(order.indexOf('MY_PASSWORD')).toBeLessThan(order.indexOf('DATABASE_URL'));
  });
});

describe('passwords', () => {
  const secrets = objectsOf(aStack()).filter(({ kind }) => kind === 'Secret');

  test('are filled in by the adapter: builders know none', () => {
    expect(secrets.length).toBe(3);
    for (const secret of secrets) {
      expect(kindOf(secret).write).toBe('CreateOnce');
      expect(new Set(Object.values(secret['stringData'] ?? {}))).toEqual(new Set([generatedValue]));
    }
  });

  test('exist for every tenant of the database, running or not', () => {
    const few: Spec = { services: [{ name: 'admin', placement: 'Disabled' }] };
    const keys = (objects: readonly KubernetesObject[]) =>
      Object.keys(pick(objects, 'Secret', 'shop-postgres')['stringData'] ?? {});
    expect(keys(objectsOf(aStack(few)))).toEqual(keys(objectsOf(aStack())));
  });
});

describe('a store', () => {
  test('that nobody uses is not made', () => {
    const none: Spec = { services: [{ name: 'product', placement: 'Disabled' }] };
    const objects = objectsOf(aStack(none));
    expect(() => pick(objects, 'StatefulSet', 'shop-mongodb')).toThrow();
    expect(() => pick(objects, 'AuthorizationPolicy', 'shop-mongodb')).toThrow();
  });

  test('that is retained has no owner, nor has its volume; others go with the stack', () => {
    const kept = objectsOf(aStack({ data: { postgres: { deletionPolicy: 'Retain' } } }));
    for (const kind of ['StatefulSet', 'PersistentVolumeClaim', 'Service', 'Secret', 'ServiceAccount']) {
      const object = pick(kept, kind, 'shop-postgres');
      expect(isRetained(object), kind).toBe(true);
      expect(object.metadata.ownerReferences, kind).toBeUndefined();
    }
    for (const kind of ['StatefulSet', 'PersistentVolumeClaim']) {
      expect(pick(kept, kind, 'shop-redis').metadata.ownerReferences, kind).toEqual([
        expect.objectContaining({ kind: 'EcommerceStack', controller: true }),
      ]);
    }
  });

  test('has a volume that does not go when somebody deletes its StatefulSet', () => {
    const objects = objectsOf(aStack({ data: { postgres: { embedded: { storage: { size: '3Gi' } } } } }));
    expect(pick(objects, 'PersistentVolumeClaim', 'shop-postgres').spec).toEqual({
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '3Gi' } },
    });
    const { spec } = pick(objects, 'StatefulSet', 'shop-postgres');
    expect(spec).not.toHaveProperty('volumeClaimTemplates');
    expect(spec).toMatchObject({
      template: {
        spec: {
          volumes: expect.arrayContaining([
            { name: 'data', persistentVolumeClaim: { claimName: 'shop-postgres' } },
          ]),
        },
      },
    });
  });

  test('outside is named by a key of the user’s Secret', () => {
    const objects = objectsOf(
      aStack({
        data: { postgres: { mode: 'External', secretRef: { name: 'db', keys: { order: 'orders-url' } } } },
      }),
    );
    expect(() => pick(objects, 'StatefulSet', 'shop-postgres')).toThrow();
    const url = (name: string) => environmentOf(objects, name).get('DATABASE_URL')?.valueFrom?.secretKeyRef;
    expect(url('order-service')).toEqual({ name: 'db', key: 'orders-url' });
    expect(url('user-service')).toEqual({ name: 'db', key: 'user' });
  });

  test('handed to another operator is that operator’s resource', () => {
    const objects = objectsOf(aStack({ data: { postgres: { mode: 'CloudNativePG' } } }));
    expect(pick(objects, 'Cluster', 'shop-postgres').spec).toMatchObject({ instances: 1 });
    expect(pick(objects, 'Database', 'shop-postgres-order').spec).toMatchObject({ owner: 'order' });
    const env = environmentOf(objects, 'order-service');
    expect(env.get('DATABASE_URL')?.value).toBe(
      'postgres://order:$(DATABASE_PASSWORD)@shop-postgres-rw:5432/order',
    );
    expect(env.get('DATABASE_PASSWORD')?.valueFrom?.secretKeyRef).toEqual({
      name: 'shop-postgres-order',
      key: 'password',
    });
  });
});
