/**
 * THE table of conditions: every type, every reason it can carry, what it means and what a person does about it.
 * The reference page is generated from it; `finding` refuses a reason that is not in it at compile time.
 */

export type ConditionStatus = 'True' | 'False' | 'Unknown';

export type ReasonRow = {
  readonly status: ConditionStatus;
  readonly meaning: string;
  /** What to do; empty where nothing is wrong. */
  readonly remedy: string;
};

const row = (status: ConditionStatus, meaning: string, remedy = ''): ReasonRow => ({
  status,
  meaning,
  remedy,
});

export const conditionReasons = {
  Ready: {
    AllAvailable: row('True', 'Everything that the stack asks for runs and is reachable.'),
    Reconciling: row('Unknown', 'The operator has just seen this generation.', 'Wait.'),
    Progressing: row(
      'False',
      'Objects are being made or pods are starting.',
      'Wait; Reconciling says for what.',
    ),
    InvalidSpec: row(
      'False',
      'The specification contradicts itself.',
      'Change the field that the message names.',
    ),
    NamespaceTaken: row(
      'False',
      'An older EcommerceStack acts in this namespace; this one touches nothing.',
      'Delete one of the two or move this one to a namespace of its own.',
    ),
    Degraded: row('False', 'A part does not work.', 'See the condition that the message names.'),
  },
  Reconciling: {
    Converging: row('True', 'The operator is making the cluster equal to the specification.', 'Wait.'),
    Converged: row('False', 'The cluster equals the specification.'),
    Halted: row('False', 'Nothing goes on until a person acts.', 'See Stalled.'),
    Paused: row('False', 'spec.paused is true: children are left as they are.', 'Set spec.paused to false.'),
  },
  Stalled: {
    NotStalled: row('False', 'Nothing waits for a person.'),
    InvalidSpec: row(
      'True',
      'The specification contradicts itself.',
      'Change the field that the message names.',
    ),
    NamespaceTaken: row(
      'True',
      'An older EcommerceStack acts in this namespace; this one touches nothing.',
      'Delete one of the two or move this one to a namespace of its own.',
    ),
    HostTaken: row(
      'True',
      'An EcommerceStack in another namespace serves one of the hosts, or asked for it first.',
      'Choose another host or remove it there; the rest of the stack works.',
    ),
    NameConflict: row(
      'True',
      'An object that this stack needs exists and belongs to somebody else; it is left as it is.',
      'Rename or delete that object, or move the stack to a namespace of its own.',
    ),
    ObjectRefused: row(
      'True',
      'The API server refuses an object, for example by quota, policy or missing rights.',
      'Do what the message of the API server says.',
    ),
    SecretMissing: row(
      'True',
      'A Secret, or a key in it, does not exist.',
      'Create the Secret that the message names.',
    ),
    ImageNotPulled: row(
      'True',
      'An image cannot be pulled.',
      'Check version, imageDefaults.registry and imageDefaults.pullSecrets.',
    ),
    ConfigurationRefused: row('True', 'A container cannot be configured.', 'Do what the message says.'),
    DeadlineExceeded: row(
      'True',
      'A rollout made no progress within progressDeadline.',
      'Look at the pods of the service that the message names, or revert its version.',
    ),
    RolloutAborted: row(
      'True',
      'A rollout was aborted: the stable revision serves and the specified one does not run.',
      'Retry it, or change or revert the spec.',
    ),
    IstioAbsent: row(
      'True',
      'mesh.type is Istio and the cluster has no Istio.',
      'Install Istio or set spec.mesh.type to None; the rest of the stack works.',
    ),
    GatewayAPIAbsent: row(
      'True',
      'exposure.type is GatewayAPI and the cluster lacks its CRDs.',
      'Install the Gateway API or choose another spec.exposure.type.',
    ),
    OperatorAbsent: row(
      'True',
      "A store is handed to another operator, and the cluster lacks that operator's CRDs.",
      'Install it or choose another mode for the store.',
    ),
  },
  DataReady: {
    StoresAvailable: row('True', 'Every embedded store runs; external ones are used as they are.'),
    StoresStarting: row('False', 'An embedded store is starting.', 'Wait.'),
    StoreUnavailable: row('False', 'A store does not run.', 'Do what the message says.'),
    SecretMissing: row(
      'False',
      'A Secret, or a key in it, does not exist.',
      'Create the Secret that the message names.',
    ),
    OperatorAbsent: row('False', "The CRDs of the store's operator are missing.", 'Install that operator.'),
    NotStarted: row('Unknown', 'Nothing was made yet.', 'Wait.'),
  },
  ServicesAvailable: {
    AllAvailable: row('True', 'Every service runs all its pods at the wanted revision.'),
    Starting: row('False', 'Pods are starting.', 'Wait.'),
    ServiceUnavailable: row('False', 'A service does not run.', 'Do what the message says.'),
    NotStarted: row('Unknown', 'Nothing was made yet.', 'Wait.'),
  },
  MeshConfigured: {
    Applied: row('True', 'The mesh objects are as wanted.'),
    MeshOff: row(
      'False',
      'spec.mesh.type is None: no mTLS, no per-call authorization.',
      'Nothing, if that is meant.',
    ),
    IstioAbsent: row('False', 'The cluster has no Istio.', 'Install Istio or set spec.mesh.type to None.'),
    Applying: row('False', 'Mesh objects are being written.', 'Wait.'),
    ObjectRefused: row('False', 'The API server refuses a mesh object.', 'Do what the message says.'),
    NotStarted: row('Unknown', 'Nothing was made yet.', 'Wait.'),
  },
  ExposureReady: {
    Routed: row('True', 'The edge routes to the stack.'),
    NotExposed: row('True', 'spec.exposure.type is None: reachable inside the cluster only.'),
    NoController: row(
      'Unknown',
      'The Ingress has no address: no Ingress controller has taken it. This does not hold Ready.',
      'Install an Ingress controller or set spec.exposure.ingress.className.',
    ),
    HostTaken: row(
      'False',
      'A stack in another namespace serves the host, or a wildcard above it, or asked for it first.',
      'Choose another host.',
    ),
    IstioAbsent: row(
      'False',
      'exposure.type is IstioGateway and the cluster has no Istio.',
      'Install Istio.',
    ),
    GatewayAPIAbsent: row(
      'False',
      'The cluster lacks the Gateway API.',
      'Install it or choose another exposure.',
    ),
    NotAccepted: row('False', 'No Gateway accepts the route.', 'Check spec.exposure.gatewayAPI.parentRefs.'),
    Applying: row('False', 'Edge objects are being written.', 'Wait.'),
    ObjectRefused: row('False', 'The API server refuses an edge object.', 'Do what the message says.'),
    NotStarted: row('Unknown', 'Nothing was made yet.', 'Wait.'),
  },
  RolloutHealthy: {
    NoCanary: row('True', 'Every service runs one revision.'),
    Undone: row(
      'True',
      'An Undo holds a service at an older revision than the one specified.',
      'Change the spec: another revision ends it.',
    ),
    AwaitingApproval: row(
      'Unknown',
      'A canary holds its weight until a person decides. This does not hold Ready.',
      'Promote or abort it with a RolloutAction, change rollout.canary.weight where that holds it, or revert the spec.',
    ),
    Holding: row('Unknown', 'A canary holds the weight of a step for its time.', 'Wait.'),
    NoMeasurement: row(
      'Unknown',
      'A canary holds its weight because there is no good measurement of it: no data, or a query or provider that fails.',
      'Do what the message says of the query or the provider; promote or abort by hand.',
    ),
    AnalysisBlocks: row(
      'False',
      'A metric of a canary has a bad value; promotion is refused until it is good again.',
      'See to what the metric shows, abort, or use PromoteFully.',
    ),
    Progressing: row('Unknown', 'A canary is on its way to a weight.', 'Wait.'),
    Withdrawing: row('Unknown', 'A canary gets no traffic any more and is taken away.', 'Wait.'),
    Finishing: row(
      'Unknown',
      'A canary was promoted; the former revision is kept for a moment and then taken away.',
      'Wait.',
    ),
    MeshUnknown: row(
      'Unknown',
      'It cannot be found out what the proxies do; rollouts wait and aborts do not.',
      'See to the mesh.',
    ),
    Paused: row(
      'Unknown',
      'A rollout is paused. This does not hold Ready.',
      'Resume it, or set the paused that the message names to false.',
    ),
    Frozen: row(
      'Unknown',
      'A release window keeps rollouts from going on. This does not hold Ready.',
      'Wait, or change spec.release.windows.',
    ),
    RolloutAborted: row(
      'False',
      'A rollout was aborted: the stable revision serves and the specified one does not run.',
      'Retry it, or change or revert the spec.',
    ),
    CanaryStarting: row('Unknown', 'A canary has fewer ready pods than its weight needs.', 'Wait.'),
    CanaryUnavailable: row(
      'False',
      'The pods of a canary do not run.',
      'Do what the message says, or revert the spec.',
    ),
    NotStarted: row('Unknown', 'Nothing was made yet.', 'Wait.'),
  },
  ActionsGuarded: {
    Guarded: row('True', 'The API server refuses RolloutActions in false names.'),
    Unguarded: row(
      'False',
      'Nothing shows that the API server checks who writes RolloutActions, so all but Abort are refused. This does not hold Ready.',
      'Install the admission policies of the chart (access.policies); without them, promote with rollout.canary.weight.',
    ),
    NotTested: row(
      'Unknown',
      'The API server did not say whether it checks who writes RolloutActions; all but Abort wait. This does not hold Ready.',
      'Wait.',
    ),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, ReasonRow>>>>;

export type ConditionType = keyof typeof conditionReasons;
export type ReasonOf<T extends ConditionType> = Extract<keyof (typeof conditionReasons)[T], string>;
