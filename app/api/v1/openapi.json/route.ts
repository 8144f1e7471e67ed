import packageJson from '@/package.json'
import { openApiDocument } from '@/server/rest/openapi'

export function GET(): Response {
  return Response.json(openApiDocument(packageJson.version))
}
