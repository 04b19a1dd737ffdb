import { type Actor, AuditMark, trafficOf } from './audit.ts';
import { until } from './kube/wait.ts';

/** Resolves to true once the actor has written nothing for so many seconds, to false when the deadline passes first. */
export async function untilCalm(
  auditLog: string,
  actor: Actor,
  { seconds, deadline, events = true }: { seconds: number; deadline: number; events?: boolean },
): Promise<boolean> {
  const mark = new AuditMark(auditLog);
  let calmSince = performance.now();
  const calm = await until(
    async () => {
      const { writes } = trafficOf(mark.take(), actor);
      if (writes.some(({ resource }) => events || resource !== 'events')) calmSince = performance.now();
      return performance.now() - calmSince >= seconds * 1000 ? true : undefined;
    },
    deadline,
    250,
  );
  return calm === true;
}
