import { expect, test } from 'vitest';
import { Feed } from '../informer/feed.ts';
import { deploymentAt } from '../informer/fleet.ts';
import { differences } from '../informer/losses.ts';
import { harderPair } from '../informer/memory.ts';

/** The lines of an HTTP body in chunks. */
function linesOf(bytes: Buffer): { type: string; object: { metadata: Record<string, string> } }[] {
  return bytes
    .toString()
    .split('\r\n')
    .filter((_, index) => index % 2 === 1)
    .map((line) => JSON.parse(line));
}

test('a Deployment is as large as real ones and has an uid of its own', () => {
  const deployments = Array.from({ length: 3_000 }, (_, index) => deploymentAt(index, 0, 1_000_000));
  const bytes = JSON.stringify(deployments[7]).length;
  expect(bytes).toBeGreaterThan(2_300);
  expect(bytes).toBeLessThan(3_600);
  expect(new Set(deployments.map(({ metadata }) => metadata.uid)).size).toBe(3_000);
  expect(new Set(deployments.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).size).toBe(
    3_000,
  );
});

test('list and events from any position on end in the same truth', () => {
  const feed = new Feed({ objects: 10, events: 30 });
  for (const position of [0, 13, 30]) {
    const list = JSON.parse(feed.list(position, 0, 10));
    const cache = new Map<string, string>();
    const take = ({ namespace, name, resourceVersion }: Record<string, string>) =>
      cache.set(`${namespace}/${name}`, resourceVersion ?? '');
    for (const { metadata } of list.items) take(metadata);
    const from = feed.positionOf(list.metadata.resourceVersion);
    expect(from).toBe(position);
    for (const { object } of linesOf(feed.events(from, 30))) take(object.metadata);
    expect(differences(feed.truth(30), cache)).toEqual([]);
  }
});

test('pages make up the list, and initial events end with their bookmark', () => {
  const feed = new Feed({ objects: 10, events: 30 });
  const pages = [0, 4, 8].map((start) => JSON.parse(feed.list(5, start, 4)));
  expect(pages.map(({ metadata }) => metadata.continue)).toEqual(['4', '8', undefined]);
  expect(pages.flatMap(({ items }) => items)).toEqual(JSON.parse(feed.list(5, 0, 10)).items);
  const initial = linesOf(feed.initialEvents(5));
  expect(initial.map(({ type }) => type)).toEqual([...Array(10).fill('ADDED'), 'BOOKMARK']);
});

test('an object that one side lacks, or has in another version, counts as lost', () => {
  const truth = new Map([
    ['a', '1'],
    ['b', '2'],
    ['c', '3'],
  ]);
  expect(
    differences(
      truth,
      new Map([
        ['a', '1'],
        ['b', '1'],
        ['d', '4'],
      ]),
    ),
  ).toEqual(['b', 'c', 'd']);
});

test('memory is compared in the state in which the peer needs less', () => {
  const ours = { listed: 1, changed: 2 };
  expect(harderPair({ ours, peer: { listed: 30, changed: 20 } })).toEqual({ ours: 2, peer: 20 });
  expect(harderPair({ ours, peer: { listed: 10, changed: 20 } })).toEqual({ ours: 1, peer: 10 });
});
