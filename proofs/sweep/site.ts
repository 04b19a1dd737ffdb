import { join } from 'node:path';
import { type AuditEvent, AuditMark, describeRequest } from '../audit.ts';
import type { Plane } from '../controlplane.ts';
import { type Call, type Kfault, startKfault } from '../kfault/kfault.ts';
import type { Plan } from '../kfault/plan.ts';
import type { KubeObject } from '../kube/object.ts';
import { until, waitFor } from '../kube/wait.ts';
import type { Mutant } from '../mutants/mutant.ts';
import { isReady, objectsOf, ownedKindNames, stackReference } from '../stack.ts';
import { type State, stateOf } from './state.ts';
import { cacheOf, Victim } from './victim.ts';
import { groundOf, stackName, stackOf, type Workload } from './workloads.ts';

/** Milliseconds without a request after which the operator counts as at rest. */
const calm = 800;
/** Milliseconds in which a stack that nobody disturbs has converged, on a machine that others share. */
const deadline = 180_000;

/** Milliseconds: since the last request, and in all. */
type Patience = { readonly silence: number; readonly whole: number };

/** A namespace of its own with an operator for it alone, and the proxy between that operator and the API server. */
export class Site {
  readonly namespace: string;
  readonly victim: Victim;
  readonly kfault: Kfault;
  readonly #plane: Plane;
  readonly #opened: AuditMark;
  #mark: AuditMark;
  /** Watches that the proxy had counted when the operator was last started. */
  #watchesBefore = 0;

  private constructor(plane: Plane, namespace: string, kfault: Kfault, victim: Victim) {
    this.#plane = plane;
    this.namespace = namespace;
    this.kfault = kfault;
    this.victim = victim;
    this.#opened = new AuditMark(plane.auditLog);
    this.#mark = this.#opened;
  }

  /** Makes the namespace, starts the proxy and the operator, and waits until that listens. */
  static async open(plane: Plane, namespace: string, mutant?: Mutant): Promise<Site> {
    const { directory, kubeconfig, kube } = plane;
    for (const object of groundOf(namespace)) await kube.apply(object);
    const kfault = await startKfault(kubeconfig, directory);
    const log = join(directory, `${namespace}.log`);
    const victim = new Victim({
      ...{ kubeconfig: kfault.kubeconfig, namespace, log, cache: cacheOf(directory) },
      ...(mutant && { mutant }),
    });
    return new Site(plane, namespace, kfault, victim);
  }

  /** Brings the stack to where the workload begins. */
  async prepare({ name, before }: Workload): Promise<void> {
    this.victim.start();
    const started = await until(
      async () => this.victim.collapse ?? (this.#isListening() ? 'listening' : undefined),
      deadline,
      50,
    );
    if (started !== 'listening') throw new Error(`${name}: the operator watches nothing: ${started ?? ''}`);
    if (before === undefined) return;
    await this.#plane.kube.apply(stackOf(this.namespace, before));
    await waitFor(
      `${name}: the stack to be Ready at first`,
      async () => ((await this.#isSettled(true)) ? true : undefined),
      deadline,
      100,
    );
  }

  /** Starts the operator under a plan, and gives it its stack at once. */
  async launch({ name, after }: Workload, plan: Plan): Promise<void> {
    if (after === undefined) throw new Error(`${name} makes no stack`);
    this.kfault.use(plan);
    this.#mark = new AuditMark(this.#plane.auditLog);
    this.victim.start();
    await this.#plane.kube.apply(stackOf(this.namespace, after));
  }

  /** Does what the workload does, under a plan. */
  async change({ after, rotates }: Workload, plan: Plan, call?: Call): Promise<void> {
    const { kube } = this.#plane;
    this.kfault.use(plan, call);
    this.#watchesBefore = -1;
    this.#mark = new AuditMark(this.#plane.auditLog);
    if (after === undefined) await this.withdraw();
    else if (rotates === undefined) await kube.apply(stackOf(this.namespace, after));
    else {
      const secret = { apiVersion: 'v1', kind: 'Secret', namespace: this.namespace, name: rotates };
      await kube.merge(secret, { stringData: { user: 'postgres://b@db/users' } });
    }
    // Nothing in the stack tells that a Secret of somebody else has been seen.
    if (rotates !== undefined)
      await until(async () => (this.kfault.verdict().counted.write > 0 ? true : undefined), 2_000, 20);
  }

  /** SIGKILL, and a new process. */
  async restart(): Promise<void> {
    await this.victim.kill();
    this.#watchesBefore = this.kfault.verdict().counted.watch;
    this.victim.start();
  }

  /** Deletes the stack. */
  async withdraw(): Promise<void> {
    await this.#plane.kube.delete(stackReference({ namespace: this.namespace, name: stackName }));
  }

  /**
   * Waits until the stack is Ready, or gone with all that was its own, and the operator at rest; then until `judge` has
   * nothing to say about the state. What it says when patience is at its end is the answer.
   */
  async settle(
    isStack: boolean,
    judge: (state: State) => string[],
    { silence, whole }: Patience = { silence: deadline, whole: deadline },
  ): Promise<string[]> {
    let found = [isStack ? 'the stack is not Ready' : 'objects of the deleted stack are left'];
    await until(
      async () => {
        const isLost = this.kfault.quietFor() > silence || this.victim.collapse !== undefined;
        if (!(await this.#isSettled(isStack))) return isLost ? true : undefined;
        found = judge(await this.state());
        return found.length === 0 || isLost ? true : undefined;
      },
      whole,
      150,
    );
    return found;
  }

  /** What the API server has recorded since the change began. */
  events(): AuditEvent[] {
    return this.#mark.since(this.namespace);
  }

  /** What the API server has recorded since the namespace was made. */
  history(): AuditEvent[] {
    return this.#opened.since(this.namespace);
  }

  async state(): Promise<State> {
    const kinds = [
      ...ownedKindNames(),
      { apiVersion: 'ecommercestack.dev/v1alpha1', kind: 'EcommerceStack' },
    ];
    const { namespace } = this;
    const lists = await Promise.all(
      kinds.map(({ apiVersion, kind }) => this.#plane.kube.list(apiVersion, kind, { namespace })),
    );
    return stateOf(lists.flat(), namespace);
  }

  /** What helps a person to find out why a run went wrong: what was written, by whom, and the operator's last words. */
  told(): string[] {
    const writes = this.kfault.verdict().requests.filter(({ lane }) => lane === 'write');
    const lines = writes.map(
      ({ position, milliseconds, method, resource, name, subresource, upstream, fault, place }) =>
        [position, `${milliseconds} ms`, method, resource, name, subresource, upstream, fault, place].join(
          ' ',
        ),
    );
    const pods = this.events()
      .filter(
        ({ resource, subresource, verb }) => resource === 'pods' && subresource === '' && verb !== 'get',
      )
      .map((event) => `${describeRequest(event)} by ${event.user}`);
    return [...lines, ...pods, ...this.victim.said()];
  }

  /** Ends the operator and the proxy. The namespace stays: to empty it costs more than all that was done in it. */
  async close(): Promise<void> {
    await this.victim.end();
    await this.kfault.close();
  }

  async #isSettled(isStack: boolean): Promise<boolean> {
    if (!this.#isListening() || this.kfault.quietFor() < calm) return false;
    const { namespace } = this;
    const stack = await this.#stack();
    if (isStack || stack !== undefined) return isStack && isReady(stack);
    const left = await objectsOf(this.#plane.kube, { namespace, name: stackName });
    return left.length === 0;
  }

  #stack(): Promise<KubeObject | undefined> {
    return this.#plane.kube.get(stackReference({ namespace: this.namespace, name: stackName }));
  }

  #isListening(): boolean {
    return this.kfault.verdict().counted.watch > this.#watchesBefore;
  }
}
