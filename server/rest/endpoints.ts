import type { z } from 'zod'
import { deploymentSpec } from '@/contracts/deployment-spec'
import { sweepSpec } from '@/contracts/sweep-spec'

/**
 * REST is a second way to call the router's procedures: same schemas, same authorisation. An endpoint says which
 * procedure it calls and where the input comes from.
 */
export interface Endpoint {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Below /api/v1; `{id}` becomes the input field of that name. */
  path: string
  procedure: string
  summary: string
  /** Input field that takes the whole body; without it the body's fields are input fields. */
  bodyField?: string
  /** What that field takes, where the procedure checks it itself. */
  bodySchema?: z.ZodType
  /** The procedure asks the leader for something: the answer waits until that is done or refused. */
  wish?: boolean
  status?: number
}

export const ENDPOINTS: readonly Endpoint[] = [
  { method: 'GET', path: '/me', procedure: 'me.get', summary: 'Who the token belongs to' },
  { method: 'GET', path: '/sweeps', procedure: 'sweep.list', summary: 'Sweeps, newest first' },
  {
    method: 'POST',
    path: '/sweeps',
    procedure: 'sweep.submit',
    bodyField: 'spec',
    bodySchema: sweepSpec,
    status: 201,
    summary: 'Start a sweep: the body is the sweep file',
  },
  {
    method: 'POST',
    path: '/sweeps/validate',
    procedure: 'sweep.validate',
    bodyField: 'spec',
    bodySchema: sweepSpec,
    summary: 'What starting it would answer',
  },
  { method: 'GET', path: '/sweeps/{id}', procedure: 'sweep.get', summary: 'One sweep' },
  { method: 'GET', path: '/sweeps/{id}/runs', procedure: 'sweep.runs', summary: 'Its runs' },
  {
    method: 'GET',
    path: '/sweeps/{id}/result',
    procedure: 'sweep.result',
    summary: 'Its outcome, best run first to see',
  },
  { method: 'PATCH', path: '/sweeps/{id}', procedure: 'sweep.rename', summary: 'Rename it' },
  {
    method: 'POST',
    path: '/sweeps/{id}/cancel',
    procedure: 'sweep.cancel',
    wish: true,
    summary: 'Park all its runs and give its GPUs back',
  },
  { method: 'GET', path: '/decisions', procedure: 'decision.list', summary: 'Decisions, newest first' },
  {
    method: 'GET',
    path: '/runs/{id}',
    procedure: 'run.get',
    summary: 'One run with attempts and checkpoints',
  },
  {
    method: 'GET',
    path: '/runs/{id}/outputs',
    procedure: 'run.outputs',
    summary: 'What it writes for held-out prompts',
  },
  {
    method: 'POST',
    path: '/runs/{id}/stop',
    procedure: 'run.stop',
    wish: true,
    summary: 'Park it at the next step boundary',
  },
  {
    method: 'POST',
    path: '/runs/{id}/revive',
    procedure: 'run.revive',
    wish: true,
    summary: 'Continue it from its exact step',
  },
  { method: 'POST', path: '/runs/{id}/pin', procedure: 'run.pin', wish: true, summary: 'No rule stops it' },
  {
    method: 'POST',
    path: '/runs/{id}/unpin',
    procedure: 'run.unpin',
    wish: true,
    summary: 'Rules may stop it again',
  },
  {
    method: 'POST',
    path: '/runs/{id}/clone',
    procedure: 'run.clone',
    bodyField: 'change',
    status: 201,
    summary: 'A new run with changed hyper-parameters',
  },
  { method: 'GET', path: '/nodes', procedure: 'cluster.nodes', summary: 'Nodes and their GPUs' },
  {
    method: 'POST',
    path: '/nodes/join-token',
    procedure: 'cluster.joinToken',
    status: 201,
    summary: 'A secret with which one machine joins once',
  },
  {
    method: 'POST',
    path: '/nodes/{nodeId}/drain',
    procedure: 'cluster.drain',
    wish: true,
    summary: 'Give up what it holds, take nothing new',
  },
  {
    method: 'POST',
    path: '/nodes/{nodeId}/cordon',
    procedure: 'cluster.cordon',
    wish: true,
    summary: 'Take nothing new',
  },
  {
    method: 'POST',
    path: '/nodes/{nodeId}/open',
    procedure: 'cluster.open',
    wish: true,
    summary: 'Take work again',
  },
  { method: 'GET', path: '/deployments', procedure: 'deployment.list', summary: 'Deployments, newest first' },
  {
    method: 'POST',
    path: '/deployments',
    procedure: 'deployment.create',
    bodyField: 'spec',
    bodySchema: deploymentSpec,
    status: 201,
    summary: 'Put a pair of models on GPUs',
  },
  { method: 'GET', path: '/deployments/{id}', procedure: 'deployment.get', summary: 'One, with its profile' },
  {
    method: 'PATCH',
    path: '/deployments/{id}',
    procedure: 'deployment.update',
    bodyField: 'settings',
    summary: 'Set targets, weights, policy and bounds',
  },
  {
    method: 'POST',
    path: '/deployments/{id}/probe',
    procedure: 'deployment.probe',
    wish: true,
    summary: 'Measure its times again',
  },
  {
    method: 'POST',
    path: '/deployments/{id}/stop',
    procedure: 'deployment.stop',
    wish: true,
    summary: 'End its executors and give its GPUs back',
  },
  {
    method: 'GET',
    path: '/deployments/{id}/attainment',
    procedure: 'deployment.attainment',
    summary: 'Share on time over time, by class and project',
  },
  {
    method: 'GET',
    path: '/deployments/{id}/use',
    procedure: 'deployment.use',
    summary: 'GPU use, line, batches and pauses',
  },
  {
    method: 'GET',
    path: '/deployments/{id}/late',
    procedure: 'deployment.late',
    summary: 'Why requests were late',
  },
  { method: 'GET', path: '/requests', procedure: 'request.list', summary: 'Images and videos, newest first' },
  {
    method: 'POST',
    path: '/requests',
    procedure: 'request.create',
    status: 201,
    summary: 'Queue an image or a video, with its quote',
  },
  {
    method: 'POST',
    path: '/requests/quote',
    procedure: 'request.quote',
    summary: 'By when it would be ready; nothing is queued',
  },
  {
    method: 'GET',
    path: '/requests/{id}',
    procedure: 'request.get',
    summary: 'One, with its waterfall and receipts',
  },
  {
    method: 'DELETE',
    path: '/requests/{id}',
    procedure: 'request.cancel',
    summary: 'End it at its next step boundary',
  },
  { method: 'GET', path: '/datasets', procedure: 'dataset.list', summary: 'Built-in and uploaded data sets' },
  { method: 'DELETE', path: '/datasets/{id}', procedure: 'dataset.delete', summary: 'Delete an upload' },
  { method: 'GET', path: '/models', procedure: 'model.list', summary: 'Base models' },
  {
    method: 'GET',
    path: '/policies',
    procedure: 'policy.list',
    summary: 'Early-exit policies and their settings',
  },
  { method: 'GET', path: '/launchers', procedure: 'launcher.list', summary: 'Where agents come from' },
  {
    method: 'POST',
    path: '/launchers/{name}/agents',
    procedure: 'launcher.ask',
    summary: 'Ask for a number of agents; null leaves it to the queue',
  },
  { method: 'GET', path: '/audit', procedure: 'audit.list', summary: 'Who did what, newest first' },
  { method: 'GET', path: '/tokens', procedure: 'token.list', summary: 'Your API tokens' },
  {
    method: 'POST',
    path: '/tokens',
    procedure: 'token.create',
    status: 201,
    summary: 'Make an API token; its secret is shown once',
  },
  { method: 'DELETE', path: '/tokens/{id}', procedure: 'token.revoke', summary: 'End an API token' },
  {
    method: 'POST',
    path: '/invitations',
    procedure: 'project.invite',
    status: 201,
    summary: 'A link with which one person makes an account',
  },
]
