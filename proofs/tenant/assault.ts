import { type Kube, KubeError } from '../kube/kube.ts';
import { at, type KubeObject, referenceOf } from '../kube/object.ts';
import { until, waitFor } from '../kube/wait.ts';
import { smallSpec, stackObject } from '../small-stack.ts';
import { conditionOf, objectsOf } from '../stack.ts';
import { type Arena, edgeOf, ownReference } from './arena.ts';
import { type Attack, scene } from './attacks/attack.ts';
import { ownUid, victimUid } from './attacks/objects.ts';
import { escapesOf } from './containment.ts';

/** How an attack ended, and what was wrong with that. */
export type Result = {
  readonly ended: 'Refused' | 'Answered' | 'Contained';
  readonly failures: readonly string[];
};

/** Time for an answer (milliseconds): five times what a reconcile of a small stack takes on a busy machine. */
const answerMs = 20_000;
/** Time after which a stack that does not come to rest is judged as it is. */
const restMs = 4_000;

/** Carries out one attack as the tenant, judges how it ended and takes its objects away again. */
export async function carryOut(attack: Attack, arena: Arena): Promise<Result> {
  const say = (what: string) => `${attack.kind}, ${attack.name}: ${what}`;
  const made: KubeObject[] = [];
  try {
    for (const object of attack.objects ?? []) made.push(await arena.tenant.apply(named(object, arena)));
    const sent = await send(attack, arena);
    if (attack.wanted.is === 'Refused') {
      if (sent === undefined) return { ended: 'Refused', failures: [] };
      return { ended: 'Contained', failures: [say('was taken; it had to be refused at admission')] };
    }
    if (sent === undefined) {
      return {
        ended: 'Refused',
        failures: [say('was refused; this attack has to be taken to mean anything')],
      };
    }
    const failures = [...(await judgeAnswer(attack, arena)), ...(await judgeObjects(attack, arena))];
    return { ended: attack.wanted.is, failures: failures.map(say) };
  } finally {
    for (const object of made) await arena.tenant.delete(referenceOf(object));
    if (attack.metadata?.['name'] !== undefined) await removeSecond(attack, arena);
  }
}

/** The object with the uids of the scene in the places of those that the attack was written with. */
function named(object: KubeObject, arena: Arena): KubeObject {
  const text = JSON.stringify(object).replaceAll(victimUid, arena.victimUid).replaceAll(ownUid, arena.ownUid);
  // The same object, with other text in it.
  return JSON.parse(text) as KubeObject;
}

const nameOf = ({ metadata }: Attack): string =>
  typeof metadata?.['name'] === 'string' ? metadata['name'] : scene.stack;

/** Writes the stack of an attack; undefined when the API server refuses it for what it is. */
async function send(attack: Attack, { tenant }: Arena): Promise<KubeObject | undefined> {
  const stack = stackObject(scene.tenant, nameOf(attack), { ...smallSpec, ...attack.spec }, attack.metadata);
  const lenient = attack.lenient ?? false;
  try {
    // A name that is a path must not become a part of a URL.
    return attack.metadata?.['name'] === undefined
      ? await writeOwn(tenant, stack, lenient)
      : await tenant.create(stack, { lenient });
  } catch (error) {
    if (error instanceof KubeError && [400, 413, 422].includes(error.status)) return undefined;
    throw error;
  }
}

/** Replaces the tenant's stack as a whole, so that nothing of an earlier attack stays. */
export async function writeOwn(tenant: Kube, stack: KubeObject, lenient = false): Promise<KubeObject> {
  return waitFor(
    'the stack to be written',
    async () => {
      const live = await tenant.get(ownReference(scene.stack));
      const { uid, resourceVersion } = live?.metadata ?? {};
      const metadata = { ...stack.metadata, uid, resourceVersion };
      return tenant.replace({ ...stack, metadata }, { lenient }).catch((error: unknown) => {
        // The operator has reported in between.
        if (error instanceof KubeError && error.status === 409) return undefined;
        throw error;
      });
    },
    answerMs,
    20,
  );
}

/** Whether the stack came to carry the wanted condition, or at least to report on what was asked. */
async function judgeAnswer({ wanted, ...attack }: Attack, { plane: { kube } }: Arena): Promise<string[]> {
  const reference = ownReference(nameOf({ wanted, ...attack }));
  const began = performance.now();
  const answered = await until(
    async () => {
      const stack = await kube.get(reference);
      if (stack === undefined || !isObserved(stack)) return undefined;
      if (wanted.is === 'Answered')
        return conditionOf(stack, wanted.type)?.reason === wanted.reason || undefined;
      const atRest =
        conditionOf(stack, 'Ready')?.status === 'True' || conditionOf(stack, 'Stalled')?.status === 'True';
      return atRest || performance.now() - began > restMs || undefined;
    },
    answerMs,
    50,
  );
  if (answered) return [];
  const stack = await kube.get(reference);
  const conditions = JSON.stringify(at(stack, 'status', 'conditions'))?.slice(0, 600);
  const what = wanted.is === 'Answered' ? `${wanted.type} ${wanted.reason}` : 'a status for its generation';
  return [`wanted ${what} within ${answerMs / 1000} s, saw ${conditions}`];
}

function isObserved(stack: KubeObject): boolean {
  return at(stack, 'status', 'observedGeneration') === at(stack, 'metadata', 'generation');
}

/** What the operator made for the tenant and reaches outside its namespace. */
async function judgeObjects(attack: Attack, { plane: { kube } }: Arena): Promise<string[]> {
  const stack = await kube.get(ownReference(nameOf(attack)));
  const objects = await objectsOf(kube, { namespace: scene.tenant, name: nameOf(attack) });
  const applied = objects.filter(({ metadata }) =>
    (metadata.managedFields ?? []).some(({ manager }) => manager === 'ecommercestack-operator'),
  );
  const bounds = { namespace: scene.tenant, uid: stack?.metadata.uid ?? '', edge: edgeOf(stack) };
  return escapesOf(applied, bounds);
}

async function removeSecond(attack: Attack, { plane: { kube } }: Arena): Promise<void> {
  const stacks = await kube.list('ecommercestack.dev/v1alpha1', 'EcommerceStack', {
    namespace: scene.tenant,
  });
  const second = stacks.find(({ metadata }) => metadata.name === nameOf(attack));
  if (second !== undefined && second.metadata.name !== scene.stack) await kube.delete(referenceOf(second));
}
