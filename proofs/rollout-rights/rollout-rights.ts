import { type Plane, startPlane } from '../controlplane.ts';
import { type Kube, KubeError } from '../kube/kube.ts';
import type { KubeObject } from '../kube/object.ts';
import { until } from '../kube/wait.ts';
import type { Context, Outcome, Proof } from '../proof.ts';
import type { Random } from '../random.ts';
import { type Change, changes, everything, stack } from './changes.ts';
import { hire, installRights } from './installation.ts';
import { rightsMutants } from './mutants.ts';
import { type Ask, accountOf, drawAsk, drawPeople, everyAsk, isAllowed, type Person } from './people.ts';

const samples = 1000;

export const rolloutRights: Proof = {
  name: 'rollout-rights',
  sentence:
    'Nobody gets an action or a change of a rollout that no role gave them, nobody is refused what a role gave, and no action carries a name but its author’s: asked of the API server with the chart’s own roles and policies.',
  minimum: 300,
  minutes: 5,
  mutants: rightsMutants,
  selfContained: true,
  run: async (context) => {
    const plane = await startPlane((line) => context.say(line));
    try {
      return await ask(plane, context);
    } finally {
      await plane.stop();
    }
  },
};

type Office = {
  readonly people: readonly Person[];
  readonly clients: ReadonlyMap<string, Kube>;
  readonly uid: string;
};
type Sample = { readonly failure?: string; readonly kind: 'Action' | 'Change'; readonly taken: boolean };

async function ask(plane: Plane, context: Context): Promise<Outcome> {
  const { random, endsAt, stopAtFailure } = context;
  const people = drawPeople(random);
  await installRights(plane, context.mutant);
  const clients = await hire(plane, people);
  const { metadata } = await plane.kube.apply(stack);
  const office: Office = { people, clients, uid: metadata.uid ?? '' };
  await policiesInForce(office);
  const seen: Sample[] = [];
  for (const attempt of attemptsOf(office, random)) {
    if (Date.now() >= endsAt && seen.length >= rolloutRights.minimum) break;
    const sample = await attempt();
    seen.push(sample);
    if (sample.failure !== undefined) {
      context.say(`FAILED  ${sample.failure}`);
      if (stopAtFailure) break;
    }
  }
  const stored = await whatIsStored(office, plane.kube);
  for (const client of clients.values()) client.close();
  const count = (kind: Sample['kind'], taken: boolean) =>
    seen.filter((sample) => sample.kind === kind && sample.taken === taken).length;
  return {
    done: seen.length,
    of: samples,
    failures: [...seen.flatMap(({ failure }) => failure ?? []), ...stored],
    figures: {
      people: people.length,
      actionsTaken: count('Action', true),
      actionsRefused: count('Action', false),
      changesTaken: count('Change', true),
      changesRefused: count('Change', false),
    },
  };
}

/** Everybody with every verb and every change in a drawn order, and after that whatever is drawn. */
function attemptsOf(office: Office, random: Random): (() => Promise<Sample>)[] {
  const { people } = office;
  const strata = [
    ...everyAsk(random, people).map((asked) => () => tryAsk(office, asked)),
    ...people.flatMap((person) => changes.map((drawn) => () => tryChange(office, person, drawn))),
  ];
  const more = Array.from({ length: samples - strata.length }, () => {
    const asked = drawAsk(random, people);
    return () => tryAsk(office, asked);
  });
  return [...random.shuffle(strata), ...more];
}

/** Policies act some moments after they are stored; what breaks all of them at once is refused from then on. */
async function policiesInForce(office: Office): Promise<void> {
  const admin = office.people.find(({ name }) => name === 'aborter');
  const developer = office.people.find(({ name }) => name === 'developer');
  if (admin === undefined || developer === undefined) throw new Error('the people are not complete');
  const wrong: Ask = {
    ...{ person: admin, namespace: 'shop', verb: 'Promote', forged: 'admin' },
    ...{ overrideFreeze: true, onBehalfOf: true },
  };
  await until(
    async () => {
      const asked = await refusalOf(() => create(office, wrong));
      const changed = await refusalOf(() => change(office, developer, everything));
      return asked !== undefined && changed !== undefined ? true : undefined;
    },
    20_000,
    200,
  );
}

async function tryAsk(office: Office, asked: Ask): Promise<Sample> {
  const refusal = await refusalOf(() => create(office, asked));
  const { person, namespace, verb, forged, overrideFreeze, onBehalfOf } = asked;
  const what = [
    `${person.name} asks for ${verb} in ${namespace}`,
    ...(forged === undefined ? [] : [`in the name of ${forged}`]),
    ...(overrideFreeze ? ['inside a freeze'] : []),
    ...(onBehalfOf ? ['for somebody else'] : []),
  ].join(' ');
  return judged('Action', what, isAllowed(asked), refusal);
}

async function tryChange(office: Office, person: Person, drawn: Change): Promise<Sample> {
  const refusal = await refusalOf(() => change(office, person, drawn.spec));
  const allowed = person.mayChangeStacks && (!drawn.moves || person.rights.has('rollout'));
  return judged('Change', `${person.name} changes the stack by ${drawn.what}`, allowed, refusal);
}

function judged(kind: Sample['kind'], what: string, allowed: boolean, refusal: string | undefined): Sample {
  const taken = refusal === undefined;
  if (taken === allowed) return { kind, taken };
  const seen = taken ? 'it was taken' : `it was refused: ${refusal}`;
  return { kind, taken, failure: `${what}: wanted it ${allowed ? 'taken' : 'refused'}, and ${seen}` };
}

function create({ clients, uid }: Office, asked: Ask, dryRun = true): Promise<KubeObject> {
  const { person, namespace, verb, forged, overrideFreeze, onBehalfOf } = asked;
  const spec = {
    ...{ stackUID: uid, target: { type: 'Service', name: 'cart' }, action: verb, rolloutID: 'r-1' },
    ...(verb === 'SetWeight' && { weight: 20 }),
    ...(overrideFreeze && { overrideFreeze }),
    ...(onBehalfOf && { onBehalfOf: 'jane' }),
    ...{ reason: 'drawn', requestedBy: forged ?? accountOf(person.name) },
  };
  const metadata = { name: `${person.name}-${verb.toLowerCase()}`, namespace };
  const action = { apiVersion: stack.apiVersion, kind: 'RolloutAction', metadata, spec };
  return clientOf(clients, person).create(action, { dryRun });
}

function change({ clients }: Office, person: Person, spec: object): Promise<KubeObject> {
  const { apiVersion, kind, metadata } = stack;
  return clientOf(clients, person).merge({ apiVersion, kind, ...metadata }, { spec }, { dryRun: true });
}

function clientOf(clients: Office['clients'], { name }: Person): Kube {
  const client = clients.get(name);
  if (client === undefined) throw new Error(`${name} has no account`);
  return client;
}

/** What the API server says against it; undefined where it takes it. Anything but a refusal for want of rights is thrown. */
async function refusalOf(request: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await request();
    return undefined;
  } catch (error) {
    if (error instanceof KubeError && error.status === 403) return error.message;
    throw error;
  }
}

/** What is stored carries its author's name, and nobody but the operator changes or answers it. */
async function whatIsStored(office: Office, admin: Kube): Promise<string[]> {
  const person = office.people.find(({ name }) => name === 'admin');
  if (person === undefined) return ['there is no admin'];
  const asked: Ask = { person, namespace: 'shop', verb: 'Abort', overrideFreeze: false, onBehalfOf: false };
  const { apiVersion, kind, metadata, ...made } = await create(office, asked, false);
  const { requestedBy } = Object(made['spec']);
  const reference = { apiVersion, kind, ...metadata };
  const attempts = [
    { who: 'the author', client: clientOf(office.clients, person), status: 403 },
    // A cluster administrator may write anything, and the schema still forbids this.
    { who: 'a cluster administrator', client: admin, status: 422 },
  ];
  const changes = await Promise.all(
    attempts.map(async ({ who, client, status }) => {
      const got = await client.merge(reference, { spec: { reason: 'another' } }).then(
        () => 200,
        (error: unknown) => (error instanceof KubeError ? error.status : 0),
      );
      return got === status ? [] : [`${who} changes a stored action: wanted ${status}, and got ${got}`];
    }),
  );
  const author = accountOf(person.name);
  return [
    ...(requestedBy === author ? [] : [`a stored action is of ${author} and says ${String(requestedBy)}`]),
    ...changes.flat(),
  ];
}
