import type { DeploymentAnswer } from '../client/answers'
import type { Api } from '../client/api'
import { InputError } from '../errors'

const makes = (one: DeploymentAnswer, kind: 'image' | 'video') =>
  (kind === 'image' ? one.imageModel : one.videoModel) !== null

/** A deployment by id or name. @throws InputError where there is none */
export async function findDeployment(api: Api, idOrName: string): Promise<DeploymentAnswer> {
  const { deployments } = await api.get<{ deployments: DeploymentAnswer[] }>('/deployments?limit=200')
  const found = deployments.find((one) => one.id === idOrName || one.name === idOrName)
  if (found) return found
  throw new InputError(`ID: there is no deployment ${idOrName}. \`alto deployment list\` shows them.`)
}

/** The named deployment, else the newest that runs and makes this kind. @throws InputError where there is none */
export async function chooseDeployment(
  api: Api,
  kind: 'image' | 'video',
  named: string | undefined,
): Promise<DeploymentAnswer> {
  if (named !== undefined) return findDeployment(api, named)
  const { deployments } = await api.get<{ deployments: DeploymentAnswer[] }>(
    '/deployments?states=waiting,running&limit=200',
  )
  const able = deployments.find((one) => makes(one, kind))
  if (able) return able
  throw new InputError(`--deployment: none that runs makes ${kind}s. Start one with \`alto deploy\`.`)
}
