/** The proposal as the line that a sweep file has for it. */
export function exitYaml(policy: string, changed: Readonly<Record<string, number>>): string {
  const values = Object.entries(changed).map(([name, value]) => `${name}: ${Number(value.toPrecision(6))}`)
  return `early_exit: {${[`policy: ${policy}`, ...values].join(', ')}}`
}
