import { database } from '../db/client'

/** Prefix under which a sweep file names an uploaded data set. */
export const UPLOAD_PREFIX = 'upload/'

/**
 * What an agent is told: the path in the artifact store for an upload (`upload/<name>`, of this project only), else the
 * reference as it is (`builtin/…`, a path on the node, a hub id).
 */
export async function datasetReference(dataset: string, projectId: string): Promise<string> {
  if (!dataset.startsWith(UPLOAD_PREFIX)) return dataset
  const found = await database().prisma.dataset.findUnique({
    where: { projectId_name: { projectId, name: dataset.slice(UPLOAD_PREFIX.length) } },
  })
  return found?.path ?? dataset
}
