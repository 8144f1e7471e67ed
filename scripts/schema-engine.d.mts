export const SCHEMA_PATH: string
export const MIGRATIONS_PATH: string
export function schemaDiff(url: string, from: string | null, to: string): Promise<string>
export function deployMigrations(url: string): Promise<string[]>
