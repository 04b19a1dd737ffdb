import { request } from 'node:https';
import type { Access } from './kubeconfig.ts';
import { accessOf } from './kubeconfig.ts';
import type { KubeObject, Reference } from './object.ts';

/**
 * What an API server said when it refused. `fields` are the paths that an invalid object is refused for; a rule that
 * could not be evaluated because of what is wrong below it is no further one.
 */
export class KubeError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly fields: readonly string[];

  constructor(what: string, status: number, body: string) {
    const answer = parsed(body);
    super(`${what}: ${status} ${answer?.message ?? body.slice(0, 300)}`);
    this.status = status;
    this.reason = answer?.reason ?? '';
    const causes = answer?.details?.causes ?? [];
    this.fields = causes
      .filter(
        ({ field = '', message = '' }) => !(message.includes('evaluating rule') && hasBelow(causes, field)),
      )
      .flatMap((cause) => cause.field ?? []);
  }
}

type Cause = { field?: string; message?: string };
type Answer = { message?: string; reason?: string; details?: { causes?: Cause[] } };

const hasBelow = (causes: readonly Cause[], field: string): boolean =>
  causes.some((cause) => cause.field?.startsWith(`${field}.`) || cause.field?.startsWith(`${field}[`));

function parsed(body: string): Answer | undefined {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

type Resource = { readonly name: string; readonly kind: string; readonly namespaced: boolean };
type WriteOptions = {
  readonly fieldManager?: string;
  readonly dryRun?: boolean;
  /** Fields that the schema does not know are dropped in silence, as a client may ask for. */
  readonly lenient?: boolean;
};

/**
 * A small client of one API server, written for proofs: it shares no code with the operator that it judges, and keeps its
 * connections, so that deadlines of tenths of a second can be measured on two cores.
 */
export class Kube {
  readonly kubeconfig: string;
  readonly #access: Access;
  readonly #resources = new Map<string, Promise<readonly Resource[]>>();

  constructor(kubeconfig: string) {
    this.kubeconfig = kubeconfig;
    this.#access = accessOf(kubeconfig);
  }

  /** The object, or undefined when there is none. */
  async get(reference: Reference): Promise<KubeObject | undefined> {
    try {
      return await this.#json('GET', await this.pathOf(reference));
    } catch (error) {
      if (error instanceof KubeError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** All objects of a Kind, in one namespace or in all; none when the server does not know the Kind. */
  async list(
    apiVersion: string,
    kind: string,
    { namespace, labels }: { namespace?: string; labels?: string } = {},
  ): Promise<KubeObject[]> {
    const path = await this.collectionOf(apiVersion, kind, namespace).catch(() => undefined);
    if (path === undefined) return [];
    const query = labels === undefined ? '' : `?labelSelector=${encodeURIComponent(labels)}`;
    const { items } = await this.#json<{ items: KubeObject[] }>('GET', `${path}${query}`);
    return items.map((item) => ({ ...item, apiVersion, kind }));
  }

  async create(object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const path = await this.collectionOf(object.apiVersion, object.kind, object.metadata.namespace);
    return this.#json('POST', `${path}?${queryOf(options)}`, object);
  }

  /** Server-side apply, taking over fields of other managers. */
  async apply(object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const { apiVersion, kind, metadata } = object;
    const path = await this.pathOf({ apiVersion, kind, ...metadata });
    const query = queryOf({ fieldManager: 'prove', ...options });
    return this.#json('PATCH', `${path}?force=true&${query}`, object, 'application/apply-patch+yaml');
  }

  /** JSON merge patch, as a person's `kubectl patch` or edit. */
  async merge(reference: Reference, patch: unknown, options: WriteOptions = {}): Promise<KubeObject> {
    const path = `${await this.pathOf(reference)}?${queryOf(options)}`;
    return this.#json('PATCH', path, patch, 'application/merge-patch+json');
  }

  /** JSON patch: single fields by path. */
  async edit(
    reference: Reference,
    operations: readonly unknown[],
    options: WriteOptions = {},
  ): Promise<KubeObject> {
    const path = `${await this.pathOf(reference)}?${queryOf(options)}`;
    return this.#json('PATCH', path, operations, 'application/json-patch+json');
  }

  /** Replaces the object by what is given, under the resourceVersion that it carries. */
  async replace(object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const { apiVersion, kind, metadata } = object;
    return this.#json(
      'PUT',
      `${await this.pathOf({ apiVersion, kind, ...metadata })}?${queryOf(options)}`,
      object,
    );
  }

  /** Deletes in the background; an object that is gone already is no error. */
  async delete(reference: Reference, uid?: string, graceSeconds?: number): Promise<void> {
    const body = {
      propagationPolicy: 'Background',
      ...(graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds }),
      ...(uid === undefined ? {} : { preconditions: { uid } }),
    };
    try {
      await this.#json('DELETE', await this.pathOf(reference), body);
    } catch (error) {
      if (!(error instanceof KubeError && error.status === 404)) throw error;
    }
  }

  /** The text that a GET of a path answers, such as a pod's port through the API server's proxy. */
  text(path: string): Promise<string> {
    return this.#send('GET', path);
  }

  /** URL path of an object. */
  async pathOf({ apiVersion, kind, namespace, name }: Reference): Promise<string> {
    return `${await this.collectionOf(apiVersion, kind, namespace)}/${name}`;
  }

  /** URL path of the objects of a Kind. Throws when the server does not know it. */
  async collectionOf(apiVersion: string, kind: string, namespace?: string): Promise<string> {
    const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const resource = (await this.#resourcesOf(group)).find((candidate) => candidate.kind === kind);
    if (resource === undefined) throw new Error(`the API server does not know ${kind} of ${apiVersion}`);
    const scope = resource.namespaced && namespace !== undefined ? `/namespaces/${namespace}` : '';
    return `${group}${scope}/${resource.name}`;
  }

  close(): void {
    this.#access.agent.destroy();
  }

  #resourcesOf(group: string): Promise<readonly Resource[]> {
    const known = this.#resources.get(group);
    if (known !== undefined) return known;
    const answer = this.#json<{ resources: Resource[] }>('GET', group).then(({ resources }) =>
      resources.filter(({ name }) => !name.includes('/')),
    );
    // A failure is not remembered: the Kind may be installed a moment later.
    answer.catch(() => this.#resources.delete(group));
    this.#resources.set(group, answer);
    return answer;
  }

  async #json<T = KubeObject>(
    method: string,
    path: string,
    body?: unknown,
    contentType?: string,
  ): Promise<T> {
    // The API server answers the type that the path names; every caller says which.
    return JSON.parse(await this.#send(method, path, body, contentType)) as T;
  }

  #send(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<string> {
    const { server, agent, token } = this.#access;
    const headers: Record<string, string> = { accept: 'application/json, */*', 'user-agent': 'prove' };
    if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
    const text = body === undefined ? undefined : asYaml(JSON.stringify(body));
    if (text !== undefined) {
      headers['content-type'] = contentType;
      // Node gives the body of a DELETE no length by itself, and its bytes then pass for the next request.
      headers['content-length'] = String(Buffer.byteLength(text));
    }
    return new Promise((done, failed) => {
      const call = request(new URL(path, server), { method, headers, agent }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', failed);
        response.on('end', () => {
          const answer = Buffer.concat(parts).toString('utf8');
          const status = response.statusCode ?? 0;
          if (status >= 200 && status < 300) done(answer);
          else failed(new KubeError(`${method} ${path.split('?')[0]}`, status, answer));
        });
      });
      call.setTimeout(30_000, () => call.destroy(new Error(`${method} ${path}: no answer within 30 s`)));
      call.on('error', failed);
      call.end(text);
    });
  }
}

/** JSON that a reader of YAML takes as it is meant: server-side apply is one, and refuses or folds these characters. */
function asYaml(json: string): string {
  return json.replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function queryOf({ fieldManager = 'prove', dryRun = false, lenient = false }: WriteOptions): string {
  // As kubectl asks by default: a field that the schema does not know is an error.
  const validation = lenient ? 'Ignore' : 'Strict';
  return `fieldManager=${fieldManager}&fieldValidation=${validation}${dryRun ? '&dryRun=All' : ''}`;
}
