import { pathSteps } from '../../operator/src/api/structural.ts';
import { valuesAt } from '../../operator/src/api/validate.ts';
import { type Random, randomFrom } from '../random.ts';
import { type Members, put, valueAt } from './json.ts';
import { repair } from './repair.ts';
import { mayFollow } from './rules.ts';
import type { SchemaNode } from './schema.ts';
import { asStack, drawDocument, type Stack, strata } from './stack.ts';

/** A stack and the one that it becomes. */
export type Change = { readonly before: Stack; readonly after: Stack };

/**
 * Two valid stacks of one name, the second of which may follow the first. Half of them share nothing, half differ in a
 * few sections. Nothing is paused and no canary waits: those say how long a change may take, not what it ends in.
 */
export function drawChange(schema: SchemaNode, seed: number): Change {
  const random = randomFrom(seed);
  for (let attempt = 0; attempt < 50; attempt++) {
    const before = drawSteady(schema, random);
    const other = drawSteady(schema, random);
    if (before === undefined || other === undefined) continue;
    const after = random.next() < 0.5 ? other : mixed(before, other, random);
    keepVolumes(before, after);
    const follows = repair(schema, after, random) && isSteady(after) && mayFollow(schema, before, after);
    // The way back is taken too.
    if (follows && mayFollow(schema, after, before))
      return { before: asStack(before), after: asStack(after) };
  }
  throw new Error(`seed ${seed}: found no two stacks of which one may follow the other`);
}

/** A valid stack of which nothing keeps the operator waiting. */
function drawSteady(schema: SchemaNode, random: Random): Members | undefined {
  const document = drawDocument(
    schema,
    random,
    random.pick([strata.sparse, strata.usual, strata.usual, strata.dense]),
  );
  document['metadata'] = { name: 'stack', namespace: 'generated' };
  steady(document);
  return repair(schema, document, random) && isSteady(document) ? document : undefined;
}

const waiting = ['spec.services[]', 'spec.customServices[]', 'spec.monolith'].map((at) =>
  pathSteps(`${at}.rollout`),
);

function rolloutsOf(document: Members): Members[] {
  return waiting.flatMap((steps) => valuesAt(document, steps, '').map(({ value }) => Object(value)));
}

/** Takes away what keeps a rollout waiting for time or people. */
export function steady(document: Members): void {
  const spec = Object(document['spec']);
  Reflect.deleteProperty(spec, 'paused');
  Reflect.deleteProperty(Object(spec['release']), 'windows');
  for (const rollout of rolloutsOf(document)) {
    for (const name of ['canary', 'strategy', 'paused']) Reflect.deleteProperty(rollout, name);
  }
}

/** Whether a change of the stack ends in one revision of each service. */
export function isSteady(document: Members): boolean {
  const isFrozen = valueAt(document, ['spec', 'release', 'windows']) !== undefined;
  return !isFrozen && rolloutsOf(document).every(({ strategy }) => strategy !== 'Canary');
}

/** The first stack with a few sections of the second. */
function mixed(before: Members, other: Members, random: Random): Members {
  const result = structuredClone(before);
  const sections = random.shuffle(Object.keys(Object(other['spec']))).slice(0, random.integer(1, 4));
  for (const section of sections) put(result, ['spec', section], valueAt(other, ['spec', section]));
  return result;
}

const storePlaces = [...['data.postgres', 'data.mongodb', 'data.redis', 'data.search'], 'eventBus.kafka'].map(
  (path) => ['spec', ...path.split('.')],
);

/** What a running store cannot follow stays as it was: its volume, and the number of partitions. */
function keepVolumes(before: Members, after: Members): void {
  for (const steps of storePlaces) {
    const [was, is] = [before, after].map((document): Members => Object(valueAt(document, steps)));
    if (was === undefined || is === undefined) continue;
    const others = Object.keys({ ...was, ...is }).filter(
      (name) => hasVolume(was[name]) || hasVolume(is[name]),
    );
    const sameMode = (was['mode'] ?? 'Embedded') === (is['mode'] ?? 'Embedded');
    if (sameMode) for (const member of others) keepVolume(was, after, [...steps, member]);
  }
  const topics = ['spec', 'eventBus', 'kafka', 'topics'];
  const partitions = valueAt(before, [...topics, 'partitions']);
  if (isObject(valueAt(after, topics))) put(after, [...topics, 'partitions'], partitions ?? undefined);
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const hasVolume = (value: unknown): boolean => isObject(value) && Object(value).storage !== undefined;

/** Gives the server's settings at these steps the volume that they had, or none. */
function keepVolume(was: Members, after: Members, steps: readonly string[]): void {
  const storage: unknown = Object(was[steps.at(-1) ?? '']).storage ?? undefined;
  if (storage !== undefined) {
    for (const length of [2, 3, 4].filter((depth) => depth <= steps.length))
      if (!isObject(valueAt(after, steps.slice(0, length)))) put(after, steps.slice(0, length), {});
  }
  if (isObject(valueAt(after, steps))) put(after, [...steps, 'storage'], structuredClone(storage));
}
