import type { Principal } from '../auth/principal'
import { UserError } from '../trpc/user-error'
import { loadDeployments } from '../views/deployment-summary'
import { visibleProjects } from '../views/visible-projects'

/**
 * The deployment that a name means: its own id or name, or that of one of its models; without a name the newest that
 * makes this kind.
 *
 * @throws {UserError} where none runs
 */
export async function findDeployment(
  principal: Principal,
  kind: 'image' | 'video',
  name: string | null | undefined,
): Promise<{ id: string; name: string }> {
  const running = await loadDeployments(await visibleProjects(principal), {
    states: ['waiting', 'running'],
    limit: 200,
  })
  const model = kind === 'image' ? ('imageModel' as const) : ('videoModel' as const)
  if (name) {
    const named =
      running.find((one) => one.id === name || one.name === name) ??
      running.find((one) => one[model] === name) ??
      running.find((one) => one.imageModel === name || one.videoModel === name)
    if (named) return named
    throw new UserError(`No deployment that runs is named ${name} or has a model of that name.`, {
      code: 'NOT_FOUND',
      field: ['model'],
    })
  }
  const able = running.find((one) => one[model] !== null)
  if (able) return able
  throw new UserError(`No deployment that runs makes ${kind}s. Deploy a model first: alto deploy.`, {
    code: 'NOT_FOUND',
    field: ['model'],
  })
}
