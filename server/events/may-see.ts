import { type Principal, roleIn } from '../auth/principal'
import { database } from '../db/client'

const projectOfJob = new Map<string, string>()

/** Whether a person may hear about a job; what belongs to no job belongs to everyone. */
export async function maySeeJob(principal: Principal, jobId: string | null): Promise<boolean> {
  if (jobId === null) return true
  let projectId = projectOfJob.get(jobId)
  if (projectId === undefined) {
    const job = await database().prisma.job.findUnique({ where: { id: jobId }, select: { projectId: true } })
    if (!job) return false
    projectId = job.projectId
    projectOfJob.set(jobId, projectId)
  }
  return roleIn(principal, projectId) !== null
}
