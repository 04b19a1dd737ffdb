import { CommandFailed, run, toolPath } from '../toolchain/index.ts';

/** kubectl bound to one cluster. */
export interface Kubectl {
  readonly kubeconfig: string;
  /** Runs kubectl and resolves to its standard output. */
  (...args: string[]): Promise<string>;
  /** Reads an object or a list as JSON; resolves to undefined when it does not exist. */
  get<T = unknown>(...args: string[]): Promise<T | undefined>;
  /** Server-side applies objects as the field manager of the local cluster. */
  apply(objects: readonly object[] | string): Promise<string>;
}

const FIELD_MANAGER = 'ecommercestack-cluster';

/** Binds kubectl to a kubeconfig. */
export function kubectl(kubeconfig: string, binary = toolPath('kubernetes', 'kubectl')): Kubectl {
  const call = (args: readonly string[], input?: string): Promise<string> =>
    run(binary, ['--kubeconfig', kubeconfig, ...args], input === undefined ? {} : { input });
  const bound = (...args: string[]): Promise<string> => call(args);
  return Object.assign(bound, {
    kubeconfig,
    async get<T>(...args: string[]): Promise<T | undefined> {
      const text = await call(['get', '--ignore-not-found', '-o', 'json', ...args]);
      return text.trim() === '' ? undefined : JSON.parse(text);
    },
    apply(objects: readonly object[] | string): Promise<string> {
      const input =
        typeof objects === 'string'
          ? objects
          : JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
      const flags = ['--server-side', '--force-conflicts', `--field-manager=${FIELD_MANAGER}`];
      return call(['apply', ...flags, '-f', '-'], input);
    },
  });
}

/** Whether an error says that the API server is not there (yet). */
export function isUnavailable(error: unknown): boolean {
  return (
    error instanceof CommandFailed &&
    /connection refused|not ready|Service Unavailable|ServiceUnavailable|EOF|TLS handshake timeout/i.test(
      error.output,
    )
  );
}
