import type { CompletedService, CompletedStack } from '../api/completed.ts';
import type { KubernetesObject } from '../api/object.ts';
import { buildPolicyConfig, buildRevisionConfig } from './config-map.ts';
import { buildDeployment } from './deployment.ts';
import { buildHorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';
import type { StackInput } from './input.ts';
import type { Workload } from './intent.ts';
import { labelKeys, objectLabels, servesLabel } from './labels.ts';
import type { Lane, Lanes } from './lanes.ts';
import { names } from './names.ts';
import { buildPodDisruptionBudget } from './pod-disruption-budget.ts';
import { buildService } from './service.ts';
import { buildServiceAccount } from './service-account.ts';

/** A workload with what runs of it. */
export type Running = Workload & Lanes;

/** Labels of the objects of one service or of the monolith. */
export function serviceLabels(
  stack: CompletedStack,
  service: { name: string; objectName: string },
): Record<string, string> {
  return {
    ...objectLabels(stack.metadata.name, service.objectName, 'service'),
    [labelKeys.service]: service.name,
  };
}

/** Everything that makes one workload run: identity, configuration, pods, and a Service for each service inside. */
export function buildWorkload(input: StackInput, running: Running): KubernetesObject[] {
  const { stack } = input;
  const { name, workload } = running;
  const { objectName, autoscaling, disruptionBudget, serviceAccount } = workload;
  const labels = serviceLabels(stack, { name, objectName });
  return [
    buildServiceAccount(objectName, labels, serviceAccount.annotations),
    ...buildRecords(input, running),
    ...(running.hosted.some((service) => service.name === 'gateway')
      ? [buildPolicyConfig(stack.metadata.name, { name, object: objectName }, stack.apiGateway)]
      : []),
    ...running.hosted.map((service) => buildServiceOf(stack, service)),
    ...running.lanes.map((lane) => buildLane(input, running, lane)),
    ...(autoscaling === undefined
      ? []
      : running.lanes.filter(isScaled).map((lane) =>
          buildHorizontalPodAutoscaler({
            deployment: lane.deployment,
            labels,
            container: objectName,
            minReplicas: Math.min(lane.replicas, autoscaling.maxReplicas),
            autoscaling,
          }),
        )),
    ...(disruptionBudget ? [buildPodDisruptionBudget(objectName, labels, disruptionBudget)] : []),
  ];
}

/** What leaves keeps the number of pods that it is left with. */
const isScaled = ({ role }: Lane): boolean => role !== 'leaving';

/** The records of the running revisions and of those that an undo may ask for. */
function buildRecords({ stack, revisions, history }: StackInput, running: Running): KubernetesObject[] {
  const limit = running.workload.rollout.revisionHistoryLimit;
  const older = (history[running.name] ?? []).slice(0, limit);
  const records = new Map(running.lanes.map(({ revision, intent }) => [revision, intent]));
  for (const revision of older) {
    const intent = revisions[revision];
    if (intent !== undefined && !records.has(revision)) records.set(revision, intent);
  }
  return [...records].map(([revision, intent]) => buildRevisionConfig(stack.metadata.name, revision, intent));
}

function buildServiceOf(stack: CompletedStack, service: CompletedService): KubernetesObject {
  const inMonolith = service.placement === 'Monolith';
  return buildService({
    name: service.objectName,
    labels: serviceLabels(stack, service),
    selector: inMonolith ? { [servesLabel(service.name)]: 'true' } : { app: service.objectName },
    port: {
      name: 'http',
      port: service.servicePort,
      targetPort: inMonolith ? (stack.monolith?.containerPort ?? 8080) : service.containerPort,
      appProtocol: 'http',
    },
  });
}

function buildLane(input: StackInput, { workload }: Running, lane: Lane): KubernetesObject {
  const { rollout, autoscaling } = workload;
  const autoscaled = autoscaling !== undefined && isScaled(lane) && input.autoscaled.has(lane.deployment);
  return buildDeployment({
    stack: input.stack.metadata.name,
    name: lane.deployment,
    revision: lane.revision,
    role: lane.role,
    intent: lane.intent,
    ...(lane.restart !== undefined && { restart: lane.restart }),
    ...(!autoscaled && { replicas: lane.replicas }),
    maxSurge: rollout.rolling.maxSurge,
    maxUnavailable: rollout.rolling.maxUnavailable,
    progressDeadlineSeconds: rollout.progressDeadlineSeconds,
    paused: rollout.paused && rollout.strategy === 'Rolling',
  });
}

/** Services that reach the pods of one Deployment alone, for edges that cannot tell subsets apart. */
export function buildDeploymentServices(
  stack: CompletedStack,
  service: CompletedService,
  running: Running,
): KubernetesObject[] {
  return running.lanes.map((lane) =>
    buildService({
      name: names.deploymentService(lane.deployment),
      // Part of the edge: what looks for the services of the stack must not find their pods twice.
      labels: objectLabels(stack.metadata.name, service.objectName, 'edge'),
      selector: { app: running.workload.objectName, [labelKeys.deployment]: lane.deployment },
      port: {
        name: 'http',
        port: service.servicePort,
        targetPort: running.workload.containerPort,
        appProtocol: 'http',
      },
    }),
  );
}
