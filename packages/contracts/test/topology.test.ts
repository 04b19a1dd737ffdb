import { expect, test } from 'vitest';
import { callersOf, serviceNames, serviceRow, topology } from '../src/topology.ts';

test('the table has one row a service, in the order of the names', () => {
  expect(topology.map((row) => row.name)).toEqual([...serviceNames]);
});

test('object names and routes are unique', () => {
  const objectNames = topology.map((row) => row.objectName);
  const routes = topology.flatMap((row) => (row.route === undefined ? [] : [row.route]));
  expect(new Set(objectNames).size).toBe(objectNames.length);
  expect(new Set(routes).size).toBe(routes.length);
});

test('every service but the edge one has a caller, and nobody calls itself', () => {
  for (const row of topology) {
    if (row.edge !== true) expect(callersOf(row.name), row.name).not.toEqual([]);
    expect(row.calls.map((call) => call.to)).not.toContain(row.name);
  }
});

test('what is consumed is published by somebody else', () => {
  for (const row of topology) {
    for (const topic of row.consumes) {
      const publishers = topology
        .filter((other) => other.publishes.includes(topic))
        .map((other) => other.name);
      expect(publishers, topic).toHaveLength(1);
      expect(publishers).not.toContain(row.name);
    }
  }
});

test('the gateway calls exactly the services that have a route, and the storefront', () => {
  const routed = topology.filter((row) => row.route !== undefined).map((row) => row.name);
  expect(serviceRow('gateway').calls.map((call) => call.to)).toEqual([...routed, 'storefront']);
});
