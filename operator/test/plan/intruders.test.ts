import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/api/object.ts';
import { driftOf } from '../../src/plan/drift.ts';
import { removalOfIntruders, renamingOfIntruders } from '../../src/plan/intruders.ts';

const http = { name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 };
const service = (...ports: object[]): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'x' },
  spec: { selector: { app: 'x' }, ports },
});
const container = (name: string, ports: object[] = [{ name: 'http', containerPort: 8080 }]) => ({
  name,
  ports,
});
const deployment = (...containers: object[]): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'x' },
  spec: { template: { spec: { containers } } },
});

describe('a port whose number was changed by hand', () => {
  const live = service({ ...http, port: 81 });

  test('gets another name, so that ours can stand beside it, and then goes', () => {
    expect(renamingOfIntruders(service(http), live)).toEqual({
      spec: { ports: [{ ...http, port: 81, protocol: 'TCP', name: 'displaced-0' }] },
    });
    const both = service(http, { ...http, port: 81, name: 'displaced-0' });
    expect(removalOfIntruders(service(http), both)).toEqual({
      spec: { ports: [http] },
    });
  });
});

test('a container whose name was changed by hand goes once ours is back', () => {
  const both = deployment(container('drifted'), container('app'));
  expect(removalOfIntruders(deployment(container('app')), both)).toEqual({
    spec: { template: { spec: { containers: [container('app')] } } },
  });
});

test('a port of a container whose number was changed by hand goes, with the rest of the container kept', () => {
  const ports = [
    { name: 'http', containerPort: 8080 },
    { name: 'odd', containerPort: 9 },
  ];
  const live = deployment({ ...container('app', ports), image: 'i' });
  expect(removalOfIntruders(deployment(container('app')), live)).toEqual({
    spec: { template: { spec: { containers: [{ ...container('app'), image: 'i' }] } } },
  });
});

test('a variable that a hand named otherwise, or added, goes', () => {
  const ours = { ...container('app'), env: [{ name: 'A', value: '1' }] };
  const live = { ...ours, env: [{ name: 'drifted', value: '1' }, ...ours.env] };
  expect(driftOf(deployment(ours), deployment(live))).toBe('spec.template.spec.containers.app.env');
  expect(removalOfIntruders(deployment(ours), deployment(live))).toEqual({
    spec: { template: { spec: { containers: [ours] } } },
  });
});

test('an object without intruders is left alone', () => {
  expect(removalOfIntruders(service(http), service(http))).toBeUndefined();
  expect(renamingOfIntruders(deployment(container('a')), deployment(container('a')))).toBeUndefined();
});

test('an intruder is a drift', () => {
  const extra = service(http, { ...http, port: 81, name: 'other' });
  expect(driftOf(service(http), extra)).toBe('spec.ports');
  expect(driftOf(service(http), service(http))).toBeUndefined();
  expect(driftOf(deployment(container('a')), deployment(container('a'), container('b')))).toBe(
    'spec.template.spec.containers',
  );
});
