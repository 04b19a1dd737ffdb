import { type Clock, keyOf, pause } from '@ecommercestack/controller-runtime';
import { canonicalJson } from '../api/hash.ts';
import type { ProxyReader } from '../cluster/proxy-reader.ts';
import { expectationsOf } from '../confirmation/expectation.ts';
import { audienceOf } from '../confirmation/proxies.ts';
import type { Question } from '../confirmation/verdict.ts';
import type { Workload } from '../desired/intent.ts';
import { type ConfirmationPort, type MeshView, toldToMesh } from '../rollout/given-to-mesh.ts';
import type { Weights } from '../rollout/seen.ts';
import { Inquiry } from './inquiry.ts';

/** Pauses between two rounds. */
const firstPauseMs = 100;
const longestPauseMs = 2_000;
/** An inquiry that nobody repeats is over; as long as it goes on, the stack is looked at this often. */
const forgottenMs = 60_000;
const remindMs = 20_000;

type Asked = {
  readonly key: string;
  readonly inquiry: Inquiry;
  /** When a reconcile asked last, and what it was told. */
  at: number;
  told: string;
  isFollowed: boolean;
};

type AskingSettings = {
  readonly reader: ProxyReader;
  readonly clock: Clock;
  /** Looks at a stack again. */
  readonly wake: (key: string) => void;
  readonly signal: AbortSignal;
};

/**
 * Asks the proxies themselves, in the background: a reconcile gets what they have said by now, and the stack is looked at
 * again when that changes. Nobody is asked while no rollout wants to know.
 */
export function askingProxies(settings: AskingSettings): ConfirmationPort {
  const places = new Map<string, Asked>();
  return (view) => (workload, weights) => {
    const place = `${view.stack.metadata.uid}/${workload.name}`;
    const told = toldToMesh(view, workload, weights);
    if (told.confirmation !== 'Confirmed' || view.stack.mesh.type !== 'Istio') {
      places.delete(place);
      return told;
    }
    const now = settings.clock.monotonic();
    const id = canonicalJson([weights, versionsOf(view)]);
    const question = questionOf(view, workload, weights);
    const before = places.get(place);
    const asked: Asked =
      before?.inquiry.id === id
        ? before
        : {
            ...{ key: keyOf(view.stack.metadata), inquiry: new Inquiry(id, question, now) },
            ...{ at: now, told: '', isFollowed: false },
          };
    places.set(place, asked);
    asked.inquiry.question = question;
    const answer = asked.inquiry.verdict(now);
    asked.at = now;
    asked.told = canonicalJson(answer);
    if (answer.confirmation !== 'Confirmed' && !asked.isFollowed) {
      void follow(asked, settings, () => places.get(place) === asked);
    }
    return answer;
  };
}

function questionOf(view: MeshView, workload: Workload, weights: Weights): Question {
  const { stack, children, pods } = view;
  return {
    audience: audienceOf(stack, workload, pods),
    expectations: expectationsOf(children, stack.metadata.namespace, workload, weights),
  };
}

function versionsOf({ children }: MeshView): string[] {
  return children
    .filter(({ kind }) => kind === 'VirtualService' || kind === 'DestinationRule')
    .map(({ kind, metadata }) =>
      [kind, metadata.name, metadata.uid ?? '', String(metadata['generation'] ?? 0)].join(' '),
    )
    .toSorted((one, other) => (one < other ? -1 : 1));
}

/** Asks in rounds until the proxies have it, or the question is another one, or nobody wants to know any more. */
async function follow(
  asked: Asked,
  { reader, clock, wake, signal }: AskingSettings,
  isCurrent: () => boolean,
): Promise<void> {
  asked.isFollowed = true;
  let wokenAt = clock.monotonic();
  for (let wait = firstPauseMs; isCurrent() && !signal.aborted; wait = Math.min(2 * wait, longestPauseMs)) {
    await asked.inquiry.ask(reader, () => clock.monotonic());
    const now = clock.monotonic();
    const answer = asked.inquiry.verdict(now);
    if (isCurrent() && (canonicalJson(answer) !== asked.told || now - wokenAt >= remindMs)) {
      wokenAt = now;
      wake(asked.key);
    }
    if (answer.confirmation === 'Confirmed' || now - asked.at >= forgottenMs) break;
    await pause(clock, wait, signal);
  }
  asked.isFollowed = false;
}
