import { database } from '../db/client'

export async function isNameTaken(projectId: string, name: string): Promise<boolean> {
  return (await database().prisma.job.count({ where: { projectId, name } })) > 0
}

/** The name itself where it is free, else with the lowest number that is: `arithmetic 2`. */
export async function freeName(projectId: string, name: string): Promise<string> {
  const stem = name.replace(/ \d+$/, '')
  const rows = await database().prisma.job.findMany({
    where: { projectId, name: { startsWith: stem } },
    select: { name: true },
  })
  const taken = new Set(rows.map((row) => row.name))
  if (!taken.has(name)) return name
  for (let number = 2; ; number++) if (!taken.has(`${stem} ${number}`)) return `${stem} ${number}`
}
