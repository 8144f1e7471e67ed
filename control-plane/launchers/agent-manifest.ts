import type { AgentOrder } from './launcher'

export interface KubernetesOptions {
  namespace: string
  image: string
  /** GPUs of one agent; 0 for none. */
  gpus: number
  /** Claim that all agents share for artifacts; without one they need an S3 store (`env`). */
  claim: string | null
  /** Secret with environment of the agents, such as keys of the store. */
  envFrom: string | null
}

/** One agent: a pod, and a secret with the token that it joins with. */
export function agentManifest(
  launcher: string,
  options: KubernetesOptions,
  { name, url, joinToken }: AgentOrder,
) {
  const { namespace, image, gpus, claim, envFrom } = options
  const metadata = {
    name,
    namespace,
    labels: { 'app.kubernetes.io/name': 'alto-agent', 'alto.dev/launcher': launcher },
  }
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', stringData: { token: joinToken } },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata,
        spec: {
          restartPolicy: 'OnFailure',
          automountServiceAccountToken: false,
          // Parking writes the state of every run before the end.
          terminationGracePeriodSeconds: 120,
          securityContext: { runAsNonRoot: true, runAsUser: 10_001, fsGroup: 10_001 },
          containers: [
            {
              name: 'agent',
              image,
              command: ['python', '-m', 'alto_agent'],
              args: ['--url', url, '--name', name, '--data-dir', '/data'],
              env: [
                { name: 'ALTO_NODE_TOKEN', valueFrom: { secretKeyRef: { name, key: 'token' } } },
                { name: 'HOME', value: '/data' },
              ],
              ...(envFrom ? { envFrom: [{ secretRef: { name: envFrom } }] } : {}),
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
              ...(gpus > 0 ? { resources: { limits: { 'nvidia.com/gpu': gpus } } } : {}),
              volumeMounts: [
                { name: 'data', mountPath: '/data' },
                { name: 'shm', mountPath: '/dev/shm' },
              ],
            },
          ],
          volumes: [
            claim
              ? { name: 'data', persistentVolumeClaim: { claimName: claim } }
              : { name: 'data', emptyDir: {} },
            { name: 'shm', emptyDir: { medium: 'Memory' } },
          ],
        },
      },
    ],
  }
}
